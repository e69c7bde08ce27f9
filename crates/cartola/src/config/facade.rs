//! What facades are told that is theirs alone.

use std::collections::BTreeMap;

use cartola_model::InstitutionId;
use cartola_primitives::id::TenantId;
use cartola_provider_apistore::server as apistore;
use cartola_provider_floid::server::{self as floid, DefaultBanks, Frames, Settings};
use cartola_provider_khipu::server as khipu;
use cartola_provider_mibanco::server as mibanco;
use cartola_provider_synaptic::server as synaptic;
use serde::Deserialize;

use crate::serve::hosts::Hosts;

/// Every facade that has settings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Facades {
    apistore: Plain,
    floid: Floid,
    khipu: Plain,
    mibanco: MiBanco,
    synaptic: Plain,
}

/// Of a facade that has nothing of its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Plain {
    /// The host name that stands for it.
    host: Option<String>,
}

/// Mi Banco's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct MiBanco {
    /// The host name that stands for it.
    host: Option<String>,
    /// Whose sessions are those that come without a key.
    tenant: Option<TenantId>,
    /// Where sessions are opened whose request names no bank.
    bank: Option<InstitutionId>,
    /// Whether calls that name no device are refused.
    require_device: bool,
}

/// Floid's.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Floid {
    /// The host name that stands for it.
    host: Option<String>,
    /// The bank that `bankid_kyc` asks where neither the body nor the tenant names one.
    default_bank: Option<InstitutionId>,
    /// The same for single tenants.
    default_banks: BTreeMap<TenantId, InstitutionId>,
    /// Where payers reach the gateway, where that is not where its callers do.
    public_url: Option<String>,
    /// The origins of single tenants whose pages may hold a payer's page in a frame.
    embed_origins: BTreeMap<TenantId, Vec<String>>,
}

impl Facades {
    /// The host names that stand for facades.
    pub fn hosts(&self) -> Result<Hosts, String> {
        let named = [
            (&self.apistore.host, apistore::PREFIX),
            (&self.floid.host, floid::PREFIX),
            (&self.khipu.host, khipu::PREFIX),
            (&self.mibanco.host, mibanco::PREFIX),
            (&self.synaptic.host, synaptic::PREFIX),
        ];
        let named = named.into_iter().filter_map(|(host, prefix)| Some((host.as_deref()?, prefix)));
        Hosts::new(named).map_err(|error| format!("[facade] is wrong: {error}"))
    }

    /// What Mi Banco's facade is told.
    pub fn mibanco(&self) -> Result<mibanco::Settings, String> {
        let MiBanco { tenant, bank, require_device, .. } = self.mibanco.clone();
        let settings = mibanco::Settings { tenant, require_device, ..mibanco::Settings::default() };
        settings.with_bank(bank).map_err(|error| format!("[facade.mibanco] is wrong: {error}"))
    }

    /// What Floid's facade is told.
    pub fn floid(&self) -> Result<Settings, String> {
        let Floid { default_bank, default_banks, public_url, embed_origins, .. } =
            self.floid.clone();
        let wrong = |error: &dyn std::error::Error| format!("[facade.floid] is wrong: {error}");
        let banks = DefaultBanks::new(default_bank, default_banks);
        let frames = Frames::new(public_url.as_deref(), embed_origins);
        Ok(Settings {
            banks: banks.map_err(|error| wrong(&error))?,
            frames: frames.map_err(|error| wrong(&error))?,
        })
    }
}
