//! From a batch and what is known to the rows that are to be written.

mod repeat;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use cartola_connector::{Batch, Line};
use cartola_model::{BalanceGap, MergeReason, Movement, MovementStatus};
use cartola_primitives::id::{
    AccountId, ConsentId, ConsentSetId, IdMinter, ImportId, MovementId, SourceId,
};
use cartola_primitives::{Date, Timestamp};
use cartola_store::consents::ConsentSetRow;
use cartola_store::imports::{Ambiguity, ImportOutcome, ImportRow, ImportWarning};
use cartola_store::movements::{Attested, FeedChange, MovementRow, SourceRow};
use cartola_store::sightings::SightingRow;
use cartola_store::work::MovementChange;

use super::chain;
use super::evidence::{self, Evidence};
use super::matching::{Match, Matching, match_lines};
use super::standing::{self, Age, Complete};

/// Ambiguities that one import lists at most.
pub const MAX_AMBIGUITIES: usize = 1_000;

/// Under what a batch is taken in.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// The account.
    pub account: AccountId,
    /// The import.
    pub import: ImportId,
    /// The consent that allows it.
    pub consent: ConsentId,
    /// The day on which it was made.
    pub as_of: Date,
    /// When it was received; of what an institution was asked for, when it was asked.
    pub received_at: Timestamp,
}

impl Terms {
    const fn age(&self) -> Age {
        (self.as_of, self.received_at)
    }
}

/// The rows that a batch comes to, without what must be sealed.
#[derive(Debug, Default)]
pub struct Plan {
    /// New movements, each with the index of the line that told of it first.
    pub added: Vec<(MovementRow, usize)>,
    /// Changed movements.
    pub changed: Vec<MovementChange>,
    /// New source records.
    pub sources: Vec<SourceRow>,
    /// New consent sets.
    pub consent_sets: Vec<ConsentSetRow>,
    /// The set of a movement that nobody allowed before.
    pub fresh_set: Option<ConsentSetId>,
    /// What stands for all that is said again without change.
    pub sighting: Option<SightingRow>,
    /// The import that this one only repeats.
    pub repeats: Option<ImportId>,
    /// The figures.
    pub outcome: ImportOutcome,
}

impl Plan {
    /// Whether no row tells anything that was not known.
    fn is_empty(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.sources.is_empty()
    }
}

/// What is known of the account around a batch's days.
#[derive(Debug, Default)]
pub struct Past {
    /// The movements of those days.
    pub known: Vec<Attested>,
    /// The movements of the last day before the batch's first line.
    pub earlier: Vec<MovementRow>,
    /// Imports that have every line of some of those days.
    pub complete: Vec<ImportRow>,
    /// What readings of some of those days said again.
    pub sightings: Vec<SightingRow>,
    /// The consent sets of the movements and of the account.
    pub sets: HashMap<ConsentSetId, ConsentSetRow>,
    /// Those of them that allow to serve.
    pub holding: HashSet<ConsentSetId>,
}

impl Past {
    /// Whether a movement can be seen by the tenant's programs.
    fn shows(&self, row: &MovementRow) -> bool {
        self.holding.contains(&row.consents) && row.movement.status != MovementStatus::Removed
    }
}

/// What a batch comes to, given what is known.
pub fn plan(batch: &Batch, past: &mut Past, terms: Terms, minter: &IdMinter) -> Plan {
    let Past { known, sightings, .. } = past;
    let confirmed =
        known.iter_mut().flat_map(|attested| standing::confirm(attested, sightings)).collect();
    let is_proven = |day| batch.coverage.proves_absence(batch.source, day);
    let matching = match_lines(&past.known, &batch.lines, is_proven);
    let mut planner = Planner {
        batch,
        complete: Complete::all(&past.complete, &past.sightings),
        past,
        terms,
        minter,
        confirmed,
        sets: HashMap::new(),
        plan: Plan::default(),
    };
    planner.plan.sighting = planner.sighting();
    planner.outcome(&matching);
    let new_ids = planner.add_new(&matching);
    planner.confirm(&matching);
    planner.withdraw(&matching);
    planner.list_unclear(&matching, &new_ids);
    planner.plan.repeats = planner.repeats();
    planner.plan
}

struct Planner<'a> {
    batch: &'a Batch,
    past: &'a Past,
    terms: Terms,
    minter: &'a IdMinter,
    /// What has every line of some days.
    complete: Vec<Complete>,
    /// Records that are younger than they were written.
    confirmed: HashSet<SourceId>,
    /// The set that takes the place of each old one.
    sets: HashMap<ConsentSetId, ConsentSetId>,
    plan: Plan,
}

impl Planner<'_> {
    fn outcome(&mut self, matching: &Matching) {
        let outcome = &mut self.plan.outcome;
        outcome.read = count(self.batch.lines.len());
        outcome.new = count(matching.new.len());
        outcome.duplicates = count(matching.matches.len());
        outcome.gaps = chain::gaps(&self.batch.lines);
        outcome.gaps.extend(seam(self.batch, self.past, matching));
        outcome.warnings = self.batch.warnings.iter().map(warning).collect();
    }

    fn add_new(&mut self, matching: &Matching) -> BTreeMap<usize, MovementId> {
        let mut ids = BTreeMap::new();
        if matching.new.is_empty() {
            return ids;
        }
        let consents = self.fresh_set();
        let mut absent_later = 0;
        self.plan.added.reserve(matching.new.len());
        self.plan.sources.reserve(self.batch.lines.len());
        for index in &matching.new {
            let line = &self.batch.lines[*index];
            let id: MovementId = self.minter.mint();
            let source = self.source(id, Some(line), MergeReason::First);
            let silence = self.later_silence(id, line.observation.booked_on, &[]);
            let movement = self.first_told(line, &source, silence.as_ref());
            absent_later += u64::from(silence.is_some());
            self.plan.added.push((MovementRow { movement, consents, counterparty: None }, *index));
            self.plan.sources.push(source);
            self.plan.sources.extend(silence);
            ids.insert(*index, id);
        }
        self.plan.outcome.removed += absent_later;
        self.plan.outcome.warnings.extend(absent_later_warning(absent_later));
        ids
    }

    fn confirm(&mut self, matching: &Matching) {
        for Match { line, known, reason } in &matching.matches {
            let line = &self.batch.lines[*line];
            let attested = &self.past.known[*known];
            let id = attested.row.movement.id;
            let day = attested.row.movement.booked_on;
            let silence = self.later_silence(id, day, &attested.sources);
            if silence.is_none() && self.is_repeated(attested, line) {
                continue;
            }
            let source = self.source(id, Some(line), *reason);
            self.weigh(attested, source, silence);
        }
    }

    fn withdraw(&mut self, matching: &Matching) {
        for index in &matching.untold {
            let attested = &self.past.known[*index];
            if self.is_withdrawn(attested) {
                let source = self.source(attested.row.movement.id, None, MergeReason::Absent);
                self.weigh(attested, source, None);
            } else {
                self.leave_unconfirmed(attested);
            }
        }
    }

    /// Whether the batch's silence about a movement means that the bank no longer has it: the
    /// batch has every line of that day, and nobody who spoke of it, or decided about it, is to be
    /// trusted more or did so later.
    fn is_withdrawn(&self, attested: &Attested) -> bool {
        let movement = &attested.row.movement;
        movement.status != MovementStatus::Removed
            && self.batch.coverage.proves_absence(self.batch.source, movement.booked_on)
            && attested.sources.iter().all(|source| {
                standing::age(source) <= self.terms.age()
                    && source.source <= self.batch.source
                    && source.reason != MergeReason::Split
            })
    }

    /// Adds a source record to a known movement and what follows from it.
    fn weigh(&mut self, attested: &Attested, source: SourceRow, silence: Option<SourceRow>) {
        let before = &attested.row;
        let mut evidence: Vec<Evidence<'_>> = attested.sources.iter().map(Evidence::from).collect();
        evidence.push(Evidence::from(&source));
        evidence.extend(silence.as_ref().map(Evidence::from));
        let movement = &before.movement;
        let after = evidence::movement(movement.id, movement.account, movement.version, &evidence)
            .unwrap_or_else(|| movement.clone());
        let consents = match source.reason {
            MergeReason::Absent => before.consents,
            _ if self.is_allowed_already(attested) => before.consents,
            _ => self.joined_set(before.consents),
        };
        let shown_before = self.past.shows(before);
        let shown_after =
            after.status != MovementStatus::Removed && (shown_before || source.says.is_some());
        let feed = feed_change((movement, shown_before), (&after, shown_after));
        self.count_change(movement, &after, feed);
        let version = movement.version + u32::from(feed.is_some());
        let row = MovementRow {
            movement: Movement { version, ..after },
            consents,
            counterparty: before.counterparty.clone(),
        };
        let moved = row.movement.booked_on != movement.booked_on;
        let new: Vec<&SourceRow> = [&source].into_iter().chain(&silence).collect();
        self.settle_beside(attested, &new, moved);
        if row != *before {
            self.plan.changed.push(MovementChange { row, expected: movement.version, feed });
        }
        self.plan.sources.push(source);
        self.plan.sources.extend(silence);
    }

    fn count_change(&mut self, before: &Movement, after: &Movement, feed: Option<FeedChange>) {
        let outcome = &mut self.plan.outcome;
        match (before.status, after.status) {
            (MovementStatus::Removed, MovementStatus::Removed) => {}
            (MovementStatus::Removed, _) => outcome.restored += 1,
            (_, MovementStatus::Removed) => outcome.removed += 1,
            _ => outcome.amended += u64::from(feed.is_some() && before != after),
        }
    }

    /// The silence of a later import about a movement of which this batch tells: one that has every
    /// line of that day, is at least as trusted, and does not tell of it. Without it, what a
    /// movement is would depend on which of the two files came first.
    fn later_silence(
        &self,
        movement: MovementId,
        day: Date,
        sources: &[SourceRow],
    ) -> Option<SourceRow> {
        let silent = self.complete.iter().filter(|complete| {
            complete.age > self.terms.age()
                && complete.source >= self.batch.source
                && complete.coverage.proves_absence(complete.source, day)
                && !complete.is_heard_in(sources)
        });
        let silent = silent.max_by_key(|complete| complete.age)?;
        let (as_of, received_at) = silent.age;
        Some(SourceRow {
            import: silent.import,
            consent: silent.consent,
            source: silent.source,
            as_of,
            received_at,
            ..self.source(movement, None, MergeReason::Absent)
        })
    }

    fn first_told(&self, line: &Line, told: &SourceRow, silence: Option<&SourceRow>) -> Movement {
        let fresh = first_told(told.movement, self.terms.account, line);
        let Some(silence) = silence else { return fresh };
        let evidence = [Evidence::from(told), Evidence::from(silence)];
        evidence::movement(fresh.id, fresh.account, fresh.version, &evidence).unwrap_or(fresh)
    }

    fn list_unclear(&mut self, matching: &Matching, new_ids: &BTreeMap<usize, MovementId>) {
        self.plan.outcome.ambiguous = matching
            .unclear
            .iter()
            .filter_map(|unclear| {
                let movement = *new_ids.get(&unclear.line)?;
                let candidates = unclear
                    .candidates
                    .iter()
                    .map(|index| self.past.known[*index].row.movement.id)
                    .collect();
                Some(Ambiguity { movement, candidates })
            })
            .take(MAX_AMBIGUITIES)
            .collect();
    }

    fn source(&self, movement: MovementId, line: Option<&Line>, reason: MergeReason) -> SourceRow {
        SourceRow {
            id: self.minter.mint::<SourceId>(),
            movement,
            import: self.terms.import,
            consent: self.terms.consent,
            place: line.map_or_else(|| "the file".to_owned(), |line| line.place.to_string()),
            source: self.batch.source,
            as_of: self.terms.as_of,
            received_at: self.terms.received_at,
            reason,
            says: line.map(|line| Arc::clone(&line.observation)),
        }
    }

    fn fresh_set(&mut self) -> ConsentSetId {
        if let Some(set) = self.plan.fresh_set {
            return set;
        }
        let alone = |set: &&ConsentSetRow| set.consent == self.terms.consent && set.rest.is_none();
        let known = self.past.sets.values().filter(alone).map(|set| set.id).min();
        let set = known.unwrap_or_else(|| self.new_set(None));
        self.plan.fresh_set = Some(set);
        set
    }

    /// Whether the consent is one of those that allow a movement: they are those of all that speak.
    fn is_allowed_already(&self, attested: &Attested) -> bool {
        let speaks =
            |record: &SourceRow| record.consent == self.terms.consent && record.says.is_some();
        attested.sources.iter().any(speaks)
    }

    fn joined_set(&mut self, rest: ConsentSetId) -> ConsentSetId {
        if let Some(set) = self.sets.get(&rest) {
            return *set;
        }
        let set = self.new_set(Some(rest));
        self.sets.insert(rest, set);
        set
    }

    fn new_set(&mut self, rest: Option<ConsentSetId>) -> ConsentSetId {
        let id = self.minter.mint();
        self.plan.consent_sets.push(ConsentSetRow { id, consent: self.terms.consent, rest });
        id
    }
}

fn first_told(id: MovementId, account: AccountId, line: &Line) -> Movement {
    let says = &line.observation;
    Movement {
        id,
        account,
        version: 1,
        booked_on: says.booked_on,
        value_on: says.value_on,
        amount: says.amount,
        balance_after: says.balance_after,
        status: says.status,
        glosa: says.glosa.clone(),
        details: says.details.clone(),
    }
}

/// The feed's word for what a client that follows it sees happen.
pub fn feed_change(
    (before, shown_before): (&Movement, bool),
    (after, shown_after): (&Movement, bool),
) -> Option<FeedChange> {
    match (shown_before, shown_after) {
        (false, false) => None,
        (false, true) => Some(FeedChange::Added),
        (true, false) => Some(FeedChange::Removed),
        (true, true) => (before != after).then_some(FeedChange::Modified),
    }
}

/// The break between what is stored, and may be shown, and a batch whose first line nobody knew.
fn seam(batch: &Batch, past: &Past, matching: &Matching) -> Option<BalanceGap> {
    let first = batch.lines.first()?;
    if matching.new.first() != Some(&0) {
        return None;
    }
    let of_day = past.known.iter().map(|attested| &attested.row);
    let of_day = of_day.filter(|row| row.movement.booked_on == first.observation.booked_on);
    let balances: Vec<i64> = past
        .earlier
        .iter()
        .chain(of_day)
        .filter(|row| past.shows(row))
        .filter_map(|row| row.movement.balance_after)
        .collect();
    chain::seam(first, &balances)
}

fn warning(warning: &cartola_connector::Warning) -> ImportWarning {
    ImportWarning {
        place: warning.place.as_ref().map(ToString::to_string),
        code: warning.code.to_owned(),
        text: warning.text.clone(),
    }
}

/// Says why new movements are not served: their import would otherwise look like one without effect.
fn absent_later_warning(movements: u64) -> Option<ImportWarning> {
    (movements > 0).then(|| ImportWarning {
        place: None,
        code: "absent_later".to_owned(),
        text: format!(
            "a later statement that is complete for these days does not have {movements} of the \
             new movements"
        ),
    })
}

fn count(length: usize) -> u64 {
    u64::try_from(length).expect("a length fits 64 bits")
}

/// Days around a batch in which movements with the same reference are looked for: banks move a
/// booking by some days, not more.
pub const REFERENCE_DRIFT_DAYS: i64 = 7;

/// The days whose known movements a batch is compared with.
pub fn window(batch: &Batch) -> (Date, Date) {
    let days = batch.lines.iter().map(|line| line.observation.booked_on);
    let first = days.clone().min().unwrap_or(batch.coverage.from).min(batch.coverage.from);
    let last = days.max().unwrap_or(batch.coverage.to).max(batch.coverage.to);
    let drift = cartola_primitives::SignedDuration::from_hours(24 * REFERENCE_DRIFT_DAYS);
    (first.saturating_sub(drift), last.saturating_add(drift))
}
