//! Whose rules label whose movements.

use std::collections::BTreeMap;

use cartola_primitives::id::TenantId;

use super::Matcher;

/// The matchers of an installation: those of tenants who have rules of their own, and the bundled one
/// for all others.
#[derive(Debug, Default)]
pub struct Rulebook {
    bundled: Matcher,
    of_tenants: BTreeMap<TenantId, Matcher>,
}

impl Rulebook {
    /// With the matchers of some tenants.
    pub fn new(of_tenants: BTreeMap<TenantId, Matcher>) -> Self {
        Self { bundled: Matcher::bundled(), of_tenants }
    }

    /// What labels a tenant's movements.
    pub fn of(&self, tenant: TenantId) -> &Matcher {
        self.of_tenants.get(&tenant).unwrap_or(&self.bundled)
    }
}
