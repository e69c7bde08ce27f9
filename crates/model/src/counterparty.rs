//! The other side of a movement.

use std::fmt;

use cartola_primitives::Rut;

use crate::InstitutionId;

/// Who paid or was paid, where the source says so. Personal data: sealed when stored, and `Debug`
/// shows which parts are known, not what they are.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Counterparty {
    /// The name as the bank prints it.
    pub name: Option<String>,
    /// The RUT.
    pub rut: Option<Rut>,
    /// The account, as the bank prints it.
    pub account: Option<String>,
    /// The bank of the account.
    pub bank: Option<InstitutionId>,
}

impl Counterparty {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Debug for Counterparty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counterparty")
            .field("name", &self.name.is_some())
            .field("rut", &self.rut.is_some())
            .field("account", &self.account.is_some())
            .field("bank", &self.bank.is_some())
            .finish()
    }
}
