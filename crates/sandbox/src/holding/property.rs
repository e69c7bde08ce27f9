//! The home behind a mortgage.

use super::mortgage::Mortgage;
use crate::identity;
use crate::resident::Resident;

/// A property as the bank and the tax service know it.
pub(crate) struct Property {
    pub kind: &'static str,
    pub street: String,
    pub commune: &'static str,
    pub region: &'static str,
    /// Rol de avalúo.
    pub rol: String,
}

/// Where its owner lives.
pub(crate) fn of(resident: &Resident, mortgage: &Mortgage) -> Property {
    let identity = identity::of(resident.seed, resident.household.rut);
    let mut dice = resident.household.monthly(resident.seed, "property", mortgage.first, 0);
    Property {
        kind: if dice.chance(40) { "Casa" } else { "Departamento" },
        street: identity.address,
        commune: identity.commune,
        region: identity.region,
        rol: format!("{:05}-{:05}", dice.amount(100..=9_999), dice.amount(1..=999)),
    }
}
