//! What a reading says again, and what is written down of it after all.

use cartola_connector::Line;
use cartola_model::{MergeReason, SourceKind};
use cartola_primitives::id::{ImportId, SourceId};
use cartola_store::movements::{Attested, MovementRow, SourceRow};
use cartola_store::sightings::SightingRow;

use super::{Planner, Terms};
use crate::ingest::evidence::{self, Evidence};
use crate::ingest::standing;

impl Planner<'_> {
    /// Whether a line says nothing but what the latest record under this consent says, so that the
    /// sighting stands for it, and the movement stays what it is.
    pub(super) fn is_repeated(&self, attested: &Attested, line: &Line) -> bool {
        let before = &attested.row;
        let Some(record) = standing::latest_under(&attested.sources, self.terms.consent) else {
            return false;
        };
        let says_it = record.says.as_ref() == Some(&line.observation)
            && record.source == self.batch.source
            && self.past.shows(before);
        let stands =
            standing::age(record) >= self.terms.age() || self.would_confirm(before, record);
        says_it && stands && self.stays(attested, record)
    }

    fn would_confirm(&self, of: &MovementRow, record: &SourceRow) -> bool {
        let sighting = self.plan.sighting.as_ref();
        sighting.is_some_and(|sighting| sighting.confirms(record, of.movement.booked_on))
    }

    /// Whether a movement stays what it is when one of its records becomes as young as this batch.
    fn stays(&self, attested: &Attested, confirmed: &SourceRow) -> bool {
        let evidence: Vec<Evidence<'_>> = attested
            .sources
            .iter()
            .map(|record| match Evidence::from(record) {
                piece if record.id == confirmed.id && standing::age(record) < self.terms.age() => {
                    let (as_of, received_at) = self.terms.age();
                    Evidence { as_of, received_at, ..piece }
                }
                piece => piece,
            })
            .collect();
        let before = &attested.row.movement;
        let after = evidence::movement(before.id, before.account, before.version, &evidence);
        after.as_ref() == Some(before)
    }

    /// Keeps the sighting from standing for a line that the batch left out, although it speaks for
    /// that day. What had confirmed the record until now is written down where it will be gone.
    pub(super) fn leave_unconfirmed(&mut self, attested: &Attested) {
        let record = standing::latest_under(&attested.sources, self.terms.consent);
        let Some(record) = record.filter(|record| self.would_confirm(&attested.row, record)) else {
            return;
        };
        let stays_young = self.is_confirmed_by_others(&attested.row, record);
        let is_young = self.confirmed.contains(&record.id);
        let id = if is_young && !stays_young { self.settle(record) } else { record.id };
        if let Some(sighting) = &mut self.plan.sighting {
            sighting.unconfirmed.push(id);
        }
    }

    /// Whether what made a record as young as it is stays beside the sighting of this batch.
    fn is_confirmed_by_others(&self, of: &MovementRow, record: &SourceRow) -> bool {
        let stays = |known: &SightingRow| {
            self.plan.sighting.as_ref().is_none_or(|sighting| !sighting.supersedes(known))
        };
        self.past.sightings.iter().any(|known| {
            known.age() == standing::age(record)
                && known.repeats(record, of.movement.booked_on)
                && stays(known)
        })
    }

    /// Writes a record down once more, as old as the last sighting that confirmed it.
    fn settle(&mut self, record: &SourceRow) -> SourceId {
        let reason = match record.reason {
            MergeReason::First => MergeReason::IdenticalLine,
            reason => reason,
        };
        let id = self.minter.mint();
        self.plan.sources.push(SourceRow { id, reason, ..record.clone() });
        id
    }

    /// Settles those records that no sighting would confirm any more beside new ones: theirs is no
    /// longer the latest under their consent, or the movement leaves the day that was sighted.
    pub(super) fn settle_beside(&mut self, attested: &Attested, new: &[&SourceRow], moved: bool) {
        for record in &attested.sources {
            let is_hidden = new.iter().any(|new| new.consent == record.consent);
            if self.confirmed.contains(&record.id) && (is_hidden || moved) {
                self.settle(record);
            }
        }
    }

    /// What stands for all that this batch says again; nothing where others of its consent do, or
    /// where nothing else is read under it.
    pub(super) fn sighting(&self) -> Option<SightingRow> {
        let Terms { account, import, consent, as_of, received_at } = self.terms;
        let sighting = SightingRow {
            account,
            consent,
            import,
            source: self.batch.source,
            as_of,
            received_at,
            coverage: self.batch.coverage,
            decided: self.minter.mint(),
            unconfirmed: Vec::new(),
        };
        let superseded = || self.past.sightings.iter().any(|known| known.supersedes(&sighting));
        let is_read = self.batch.source == SourceKind::Institution;
        (is_read && !superseded()).then_some(sighting)
    }

    /// The last import under this consent, where this one tells nothing beside it.
    pub(super) fn repeats(&self) -> Option<ImportId> {
        let of_consent = |row: &&SightingRow| row.consent == self.terms.consent;
        let last = self.past.sightings.iter().filter(of_consent).max_by_key(|row| row.age())?;
        self.plan.is_empty().then_some(last.import)
    }
}
