//! Which bank `bankid_kyc` asks that names none.

use std::collections::BTreeMap;

use cartola_model::InstitutionId;
use cartola_primitives::id::TenantId;

use crate::bank;

/// Default banks, as they are configured.
#[derive(Debug, Clone, Default)]
pub struct DefaultBanks {
    of_all: Option<InstitutionId>,
    of_tenants: BTreeMap<TenantId, InstitutionId>,
}

/// A default bank is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a default bank must be the id of a bank that Floid's document names, such as banco-chile")]
pub struct DefaultBankError;

impl DefaultBanks {
    /// The bank of all tenants but those that have their own.
    pub fn new(
        of_all: Option<InstitutionId>,
        of_tenants: BTreeMap<TenantId, InstitutionId>,
    ) -> Result<Self, DefaultBankError> {
        let mut banks = of_all.iter().chain(of_tenants.values());
        if banks.all(bank::is_known) {
            Ok(Self { of_all, of_tenants })
        } else {
            Err(DefaultBankError)
        }
    }

    /// A tenant's.
    pub fn of(&self, tenant: TenantId) -> Option<&InstitutionId> {
        self.of_tenants.get(&tenant).or(self.of_all.as_ref())
    }
}
