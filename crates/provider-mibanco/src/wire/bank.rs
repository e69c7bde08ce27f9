//! Banks, as the protocol names them.

use cartola_model::{Catalogue, InstitutionId};

/// `banco-estado` is `BANCO_ESTADO`.
pub fn bank_word(institution: &InstitutionId) -> String {
    institution.as_str().to_ascii_uppercase().replace('-', "_")
}

/// `BANCO_ESTADO` is `banco-estado`. The accounts of a company portal are its bank's. Nothing where
/// the catalogue has no such bank.
pub fn bank_named(word: &str) -> Option<InstitutionId> {
    let id = InstitutionId::parse(&word.to_ascii_lowercase().replace('_', "-")).ok()?;
    let catalogue = Catalogue::bundled();
    let row = catalogue.find(&id).filter(|row| row.kind.is_bank())?;
    Some(catalogue.holder_of_accounts(&row.id).clone())
}
