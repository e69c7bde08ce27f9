//! What a reading that said the same stands for.
//!
//! Readings of a bank mostly say again what the one before said. Nothing is written for that but one
//! sighting, which makes the latest record under its consent as young as itself. Everything that
//! weighs records sees them at that age, as if each reading had added its own.

use std::collections::HashMap;

use cartola_model::SourceKind;
use cartola_primitives::id::{ConsentId, ImportId, SourceId};
use cartola_primitives::{Date, Timestamp};
use cartola_store::imports::ImportRow;
use cartola_store::movements::{Attested, SourceRow};
use cartola_store::sightings::SightingRow;

/// When a source was made and received: which of two is the later one.
pub type Age = (Date, Timestamp);

/// The age of a record.
pub const fn age(record: &SourceRow) -> Age {
    (record.as_of, record.received_at)
}

/// Makes the records of a movement as young as the last sighting that confirms them, and tells which
/// ones are younger than they were written.
pub fn confirm(attested: &mut Attested, sightings: &[SightingRow]) -> Vec<SourceId> {
    if sightings.is_empty() {
        return Vec::new();
    }
    let booked_on = attested.row.movement.booked_on;
    let mut confirmed = Vec::new();
    for index in latest_of_each_consent(&attested.sources) {
        let record = &mut attested.sources[index];
        let confirming = sightings.iter().filter(|sighting| sighting.confirms(record, booked_on));
        if let Some((as_of, received_at)) = confirming.map(SightingRow::age).max() {
            (record.as_of, record.received_at) = (as_of, received_at);
            confirmed.push(record.id);
        }
    }
    confirmed
}

fn latest_of_each_consent(records: &[SourceRow]) -> Vec<usize> {
    let mut latest: HashMap<ConsentId, usize> = HashMap::new();
    for (index, record) in records.iter().enumerate() {
        let found = latest.entry(record.consent).or_insert(index);
        let known = &records[*found];
        if (age(known), known.id) < (age(record), record.id) {
            *found = index;
        }
    }
    latest.into_values().collect()
}

/// The latest record under a consent.
pub fn latest_under(records: &[SourceRow], consent: ConsentId) -> Option<&SourceRow> {
    let of_consent = records.iter().filter(|record| record.consent == consent);
    of_consent.max_by_key(|record| (age(record), record.id))
}

/// A source that has every line of some days: where it is silent, the bank has no line.
#[derive(Debug, Clone)]
pub struct Complete {
    /// The import that it is, or that it repeated.
    pub import: ImportId,
    /// The consent under which it came.
    pub consent: ConsentId,
    /// How far it is trusted.
    pub source: SourceKind,
    /// When it was made and received.
    pub age: Age,
    /// The days.
    pub coverage: cartola_model::Coverage,
}

impl Complete {
    /// All of them, of imports and of what repeated them.
    pub fn all(imports: &[ImportRow], sightings: &[SightingRow]) -> Vec<Self> {
        let repeating = sightings.iter().filter(|row| row.coverage.complete).map(Self::from);
        imports.iter().map(Self::from).chain(repeating).collect()
    }

    /// Whether it told of a movement with these records, or was followed by one that did: a record
    /// under its consent is not older.
    pub fn is_heard_in(&self, records: &[SourceRow]) -> bool {
        records.iter().any(|record| record.consent == self.consent && age(record) >= self.age)
    }
}

impl From<&ImportRow> for Complete {
    fn from(row: &ImportRow) -> Self {
        Self {
            import: row.id,
            consent: row.consent,
            source: row.source,
            age: (row.as_of, row.received_at),
            coverage: row.coverage,
        }
    }
}

impl From<&SightingRow> for Complete {
    fn from(row: &SightingRow) -> Self {
        Self {
            import: row.import,
            consent: row.consent,
            source: row.source,
            age: row.age(),
            coverage: row.coverage,
        }
    }
}
