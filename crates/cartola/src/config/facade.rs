//! What facades are told that is theirs alone.

use std::collections::BTreeMap;

use cartola_model::InstitutionId;
use cartola_primitives::id::TenantId;
use cartola_provider_floid::server::DefaultBanks;
use serde::Deserialize;

/// Every facade that has settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facades {
    floid: Floid,
}

/// Floid's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Floid {
    /// The bank that `bankid_kyc` asks where neither the body nor the tenant names one.
    default_bank: Option<InstitutionId>,
    /// The same for single tenants.
    default_banks: BTreeMap<TenantId, InstitutionId>,
}

impl Facades {
    /// The banks that `bankid_kyc` asks of whom none is named.
    pub fn default_banks(&self) -> Result<DefaultBanks, String> {
        let Floid { default_bank, default_banks } = self.floid.clone();
        DefaultBanks::new(default_bank, default_banks)
            .map_err(|error| format!("[facade.floid] is wrong: {error}"))
    }
}
