use cartola_model::InstitutionId;
use cartola_primitives::{Rut, Timestamp};

/// What stands for a person's leave where their credentials came with a call: the words whose hash the
/// consent keeps, with the line that [`crate::Engine::kept_words`] adds to all.
///
/// Not the request itself: it holds the password, and whoever reads the hash of it could try
/// passwords until one fits. The operation's id is random, so that RUTs cannot be tried either.
pub fn evidence(
    facade: &str,
    operation_id: &str,
    institution: &InstitutionId,
    rut: Rut,
    at: Timestamp,
) -> Vec<u8> {
    let rut = rut.compact();
    format!("{facade}\n{operation_id}\n{institution}\n{rut}\n{at}\n").into_bytes()
}
