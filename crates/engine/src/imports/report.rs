//! What an import came to, for its caller.

use cartola_primitives::id::{AccountId, ConsentId, ImportId};
use cartola_store::imports::{ImportOutcome, ImportRow};

/// All batches of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// One a batch, in the file's order.
    pub reports: Vec<ImportReport>,
}

/// One batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The import; where nothing new was told, the earlier one.
    pub import: ImportId,
    /// Into which account.
    pub account: AccountId,
    /// Under which consent.
    pub consent: ConsentId,
    /// By which layout.
    pub layout: String,
    /// The figures.
    pub outcome: ImportOutcome,
    /// Whether exactly this file had been imported before, or an institution said what it had said
    /// before, so that it told nothing new and left nothing behind but the earlier import.
    pub repeated: bool,
}

impl ImportReport {
    pub(super) fn of(row: &ImportRow) -> Self {
        Self {
            import: row.id,
            account: row.account,
            consent: row.consent,
            layout: row.layout.clone(),
            outcome: row.outcome.clone(),
            repeated: false,
        }
    }

    /// The same file again: every line of it is known.
    pub(super) fn repeating(row: &ImportRow) -> Self {
        let outcome = ImportOutcome {
            read: row.outcome.read,
            duplicates: row.outcome.read,
            gaps: row.outcome.gaps.clone(),
            warnings: row.outcome.warnings.clone(),
            ..ImportOutcome::default()
        };
        Self { outcome, repeated: true, ..Self::of(row) }
    }
}
