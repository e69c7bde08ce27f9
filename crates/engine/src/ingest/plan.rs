//! From a batch and what is known to the rows that are to be written.

use std::collections::{BTreeMap, HashMap};

use cartola_connector::{Batch, Line};
use cartola_model::{MergeReason, Movement, MovementStatus};
use cartola_primitives::id::{
    AccountId, ConsentId, ConsentSetId, IdMinter, ImportId, MovementId, SourceId,
};
use cartola_primitives::{Date, Timestamp};
use cartola_store::consents::ConsentSetRow;
use cartola_store::imports::{Ambiguity, ImportOutcome, ImportWarning};
use cartola_store::movements::{Attested, FeedChange, MovementRow, SourceRow};
use cartola_store::work::MovementChange;

use super::chain;
use super::evidence::{self, Evidence};
use super::matching::{Match, Matching, match_lines};

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
    /// When it was received.
    pub received_at: Timestamp,
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
    /// The figures.
    pub outcome: ImportOutcome,
}

/// What a batch comes to, given the movements known around its days and the balances that its
/// first line may go on from.
pub fn plan(
    batch: &Batch,
    known: &[Attested],
    earlier: &[MovementRow],
    terms: Terms,
    minter: &IdMinter,
) -> Plan {
    let matching = match_lines(known, &batch.lines, &batch.coverage);
    let mut planner =
        Planner { batch, known, terms, minter, sets: HashMap::new(), plan: Plan::default() };
    planner.outcome(&matching, earlier);
    let new_ids = planner.add_new(&matching);
    planner.confirm(&matching);
    planner.withdraw(&matching);
    planner.list_unclear(&matching, &new_ids);
    planner.plan
}

struct Planner<'a> {
    batch: &'a Batch,
    known: &'a [Attested],
    terms: Terms,
    minter: &'a IdMinter,
    /// The set that takes the place of each old one.
    sets: HashMap<ConsentSetId, ConsentSetId>,
    plan: Plan,
}

impl Planner<'_> {
    fn outcome(&mut self, matching: &Matching, earlier: &[MovementRow]) {
        let outcome = &mut self.plan.outcome;
        outcome.read = count(self.batch.lines.len());
        outcome.new = count(matching.new.len());
        outcome.duplicates = count(matching.matches.len());
        outcome.gaps = chain::gaps(&self.batch.lines);
        outcome.gaps.extend(seam(self.batch, self.known, earlier, matching));
        outcome.warnings = self.batch.warnings.iter().map(warning).collect();
    }

    fn add_new(&mut self, matching: &Matching) -> BTreeMap<usize, MovementId> {
        let mut ids = BTreeMap::new();
        if matching.new.is_empty() {
            return ids;
        }
        let consents = self.fresh_set();
        self.plan.added.reserve(matching.new.len());
        self.plan.sources.reserve(self.batch.lines.len());
        for index in &matching.new {
            let line = &self.batch.lines[*index];
            let id: MovementId = self.minter.mint();
            let movement = first_told(id, self.terms.account, line);
            self.plan.added.push((MovementRow { movement, consents, counterparty: None }, *index));
            let source = self.source(id, Some(line), MergeReason::First);
            self.plan.sources.push(source);
            ids.insert(*index, id);
        }
        ids
    }

    fn confirm(&mut self, matching: &Matching) {
        for Match { line, known, reason } in &matching.matches {
            let line = &self.batch.lines[*line];
            let attested = &self.known[*known];
            let source = self.source(attested.row.movement.id, Some(line), *reason);
            self.weigh(attested, source);
        }
    }

    fn withdraw(&mut self, matching: &Matching) {
        for index in &matching.untold {
            let attested = &self.known[*index];
            if self.is_withdrawn(attested) {
                let source = self.source(attested.row.movement.id, None, MergeReason::Absent);
                self.weigh(attested, source);
            }
        }
    }

    /// Whether the batch's silence about a movement means that the bank no longer has it: the
    /// batch has every line of that day, and nobody who spoke of it, or decided about it, is to be
    /// trusted more or did so later.
    fn is_withdrawn(&self, attested: &Attested) -> bool {
        let movement = &attested.row.movement;
        movement.status != MovementStatus::Removed
            && self.batch.coverage.proves_absence(movement.booked_on)
            && attested.sources.iter().all(|source| {
                source.as_of <= self.batch.as_of
                    && source.source <= self.batch.source
                    && source.reason != MergeReason::Split
            })
    }

    /// Adds a source record to a known movement and what follows from it.
    fn weigh(&mut self, attested: &Attested, source: SourceRow) {
        let before = &attested.row;
        let mut evidence: Vec<Evidence<'_>> = attested.sources.iter().map(Evidence::from).collect();
        evidence.push(Evidence::from(&source));
        let movement = &before.movement;
        let after = evidence::movement(movement.id, movement.account, movement.version, &evidence)
            .unwrap_or_else(|| movement.clone());
        let consents = match source.reason {
            MergeReason::Absent => before.consents,
            _ => self.joined_set(before.consents),
        };
        let feed = feed_change(movement, &after);
        self.count_change(movement, &after, feed);
        let version = movement.version + u32::from(feed.is_some());
        let row = MovementRow {
            movement: Movement { version, ..after },
            consents,
            counterparty: before.counterparty.clone(),
        };
        self.plan.changed.push(MovementChange { row, expected: movement.version, feed });
        self.plan.sources.push(source);
    }

    fn count_change(&mut self, before: &Movement, after: &Movement, feed: Option<FeedChange>) {
        let outcome = &mut self.plan.outcome;
        match feed {
            Some(FeedChange::Removed) => outcome.removed += 1,
            Some(FeedChange::Added) if before.status == MovementStatus::Removed => {
                outcome.restored += 1;
            }
            Some(_) if after != before => outcome.amended += 1,
            _ => {}
        }
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
                    .map(|index| self.known[*index].row.movement.id)
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
            as_of: self.batch.as_of,
            received_at: self.terms.received_at,
            reason,
            says: line.map(|line| line.observation.clone()),
        }
    }

    fn fresh_set(&mut self) -> ConsentSetId {
        if let Some(set) = self.plan.fresh_set {
            return set;
        }
        let set = self.new_set(None);
        self.plan.fresh_set = Some(set);
        set
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

fn feed_change(before: &Movement, after: &Movement) -> Option<FeedChange> {
    match (before.status, after.status) {
        (MovementStatus::Removed, MovementStatus::Removed) => None,
        (MovementStatus::Removed, _) => Some(FeedChange::Added),
        (_, MovementStatus::Removed) => Some(FeedChange::Removed),
        _ if before == after => None,
        _ => Some(FeedChange::Modified),
    }
}

/// The break between what is stored and a batch whose first line nobody knew.
fn seam(
    batch: &Batch,
    known: &[Attested],
    earlier: &[MovementRow],
    matching: &Matching,
) -> Option<cartola_model::BalanceGap> {
    let first = batch.lines.first()?;
    if matching.new.first() != Some(&0) {
        return None;
    }
    let of_day = known.iter().map(|attested| &attested.row.movement).filter(|movement| {
        movement.booked_on == first.observation.booked_on
            && movement.status != MovementStatus::Removed
    });
    let balances: Vec<i64> = earlier
        .iter()
        .map(|row| &row.movement)
        .chain(of_day)
        .filter_map(|movement| movement.balance_after)
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
