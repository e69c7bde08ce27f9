//! Sightings: what a reading confirmed by saying the same again.

use cartola_model::{Coverage, SourceKind};
use cartola_primitives::id::{AccountId, ConsentId, ImportId, SourceId};
use cartola_primitives::{Date, Timestamp};

use crate::movements::SourceRow;

/// One reading of some days of an account. It stands for a source record under every movement of
/// those days whose latest record under the same consent it repeated word by word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SightingRow {
    /// Of which account.
    pub account: AccountId,
    /// The consent under which it was read.
    pub consent: ConsentId,
    /// The import that it made; where it told nothing new, the one that it repeated.
    pub import: ImportId,
    /// How far the source is trusted.
    pub source: SourceKind,
    /// The day on which the institution made it.
    pub as_of: Date,
    /// When the institution was asked.
    pub received_at: Timestamp,
    /// The days that it spoke for.
    pub coverage: Coverage,
    /// Minted when it was decided: source records with a later id came after it, whatever their age.
    pub decided: SourceId,
    /// Source records that it would confirm, were it not for its having left their lines out.
    pub unconfirmed: Vec<SourceId>,
}

impl SightingRow {
    /// Which of two readings is the later one.
    pub const fn age(&self) -> (Date, Timestamp) {
        (self.as_of, self.received_at)
    }

    /// Whether the other one tells nothing beside this one: it is of the same consent, not later,
    /// and of none but these days.
    pub fn supersedes(&self, other: &Self) -> bool {
        self.account == other.account
            && self.consent == other.consent
            && self.age() >= other.age()
            && self.coverage.from <= other.coverage.from
            && other.coverage.to <= self.coverage.to
            && self.coverage.complete >= other.coverage.complete
    }

    /// Whether it is younger than a record, and said the same again.
    pub fn confirms(&self, record: &SourceRow, booked_on: Date) -> bool {
        (record.as_of, record.received_at) < self.age() && self.repeats(record, booked_on)
    }

    /// Whether it said again what a record says, if that is the latest under its consent, of a
    /// movement that is booked on `booked_on`.
    pub fn repeats(&self, record: &SourceRow, booked_on: Date) -> bool {
        let Some(says) = &record.says else { return false };
        record.consent == self.consent
            && record.source == self.source
            && record.id < self.decided
            && self.coverage.contains(says.booked_on)
            && self.coverage.contains(booked_on)
            && !self.unconfirmed.contains(&record.id)
    }
}
