//! What an operator chooses.

use cartola_model::{Catalogue, InstitutionId};
use cartola_primitives::id::TenantId;

use crate::wire::bank_named;

/// The bank that sessions are opened at where a request names none: whose channel this is.
const BANK: &str = "banco-chile";

/// What an operator chooses. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Whose sessions are those that come without a key; absent where a key is required.
    pub tenant: Option<TenantId>,
    /// Where sessions are opened whose request names no bank.
    pub bank: InstitutionId,
    /// Whether calls that name no device are refused, once the session is open.
    pub require_device: bool,
    /// Whether a MI PIN may come as it is, and not encrypted: in a demo alone.
    pub plain_pin: bool,
}

/// The bank is none that people transfer and sign in at.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`bank` must be the id of a bank of the catalogue, such as \"banco-chile\"")]
pub struct SettingsError;

impl Default for Settings {
    fn default() -> Self {
        let bank = InstitutionId::parse(BANK).expect("an id of the catalogue");
        Self { tenant: None, bank, require_device: false, plain_pin: false }
    }
}

impl Settings {
    /// Where sessions are opened whose request names no bank, if that is a bank.
    pub fn with_bank(self, bank: Option<InstitutionId>) -> Result<Self, SettingsError> {
        let Some(bank) = bank else { return Ok(self) };
        let row = Catalogue::bundled().find(&bank).filter(|row| row.kind.is_bank());
        let bank = row.ok_or(SettingsError)?.id.clone();
        Ok(Self { bank, ..self })
    }

    /// The bank of a request: as it names it, in the form of `to_bank`.
    pub fn bank_of(&self, named: Option<&str>) -> Option<InstitutionId> {
        named.map_or_else(|| Some(self.bank.clone()), bank_named)
    }
}
