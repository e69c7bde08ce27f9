//! Income that the bank took back: a salary booked twice, a cheque that bounced.

use std::collections::HashSet;

use cartola_primitives::id::MovementId;

use crate::Entry;
use crate::categories::{Category, Folded};

/// How many days after it came money may be taken back.
pub const TAKEN_BACK_DAYS: i32 = 10;

/// Beginnings of words of cargos that take back what came, folded.
const TAKES_BACK: [&str; 7] =
    ["REVERSA", "REVERSO", "ANULACION", "ANULA", "DEVOLUCION", "PROTESTO", "RECHAZO"];

/// What was taken back: for each cargo that says so, the newest abono of the same account and amount
/// in the days before it. Entries come newest first.
pub fn find(entries: &[(Entry<'_>, Category)]) -> HashSet<MovementId> {
    let mut found = HashSet::new();
    for (cargo, _) in entries.iter().filter(|(entry, _)| takes_back(entry)) {
        let fits = |entry: &Entry<'_>| {
            entry.account == cargo.account
                && entry.amount.checked_neg() == Ok(cargo.amount)
                && cargo
                    .on
                    .since(entry.on)
                    .is_ok_and(|span| (0..=TAKEN_BACK_DAYS).contains(&span.get_days()))
        };
        let newest = entries.iter().find(|(entry, _)| fits(entry) && !found.contains(&entry.id));
        found.extend(newest.map(|(entry, _)| entry.id));
    }
    found
}

fn takes_back(entry: &Entry<'_>) -> bool {
    // Asked of every cargo: a glosa is folded without a string of its own.
    let says_so = |word: &[u8]| TAKES_BACK.iter().any(|each| word.starts_with(each.as_bytes()));
    entry.amount.minor() < 0
        && Folded::of(entry.glosa).trimmed().split(|byte| *byte == b' ').any(says_so)
}
