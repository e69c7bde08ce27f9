//! A book that plans are applied to, in place of a store: what a plan comes to, and nothing else.

use std::collections::{BTreeSet, HashMap};
use std::iter::successors;
use std::sync::Arc;

use cartola_connector::{AccountClaim, Batch, Holder, Line, Place};
use cartola_crypto::ContentHash;
use cartola_engine::ingest::plan::{Past, Terms, plan, window};
use cartola_model::movement::MovementDetails;
use cartola_model::{Coverage, MovementStatus, Observation, SourceKind};
use cartola_primitives::clock::ManualClock;
use cartola_primitives::id::{AccountId, ArchiveId, ConsentId, ConsentSetId, IdMinter};
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{Clock, Currency, Date, Money, SignedDuration, Timestamp, date};
use cartola_store::consents::ConsentSetRow;
use cartola_store::imports::{ImportOutcome, ImportRow};
use cartola_store::movements::{Attested, FeedChange, MovementRow};
use cartola_store::sightings::SightingRow;

/// A line of a statement, as tests write it: day of March 2026, amount, balance after, glosa.
pub type Row = (i8, i64, Option<i64>, &'static str);

/// What a statement says about itself.
#[derive(Debug, Clone, Copy)]
pub struct Head {
    pub source: SourceKind,
    /// Day of March 2026 on which it was made.
    pub as_of: i8,
    /// First and last day that it speaks for.
    pub days: (i8, i8),
    pub complete: bool,
}

impl Head {
    /// A complete bank statement made on its last day.
    pub fn statement(from: i8, to: i8) -> Self {
        Self { source: SourceKind::StatementFile, as_of: to, days: (from, to), complete: true }
    }

    pub fn incomplete(self) -> Self {
        Self { complete: false, ..self }
    }

    pub fn as_csv(self) -> Self {
        Self { source: SourceKind::MappedFile, ..self }
    }

    pub fn made_on(self, as_of: i8) -> Self {
        Self { as_of, ..self }
    }
}

pub fn day(day: i8) -> Date {
    date(2026, 3, day)
}

pub fn line(number: usize, (on, amount, balance_after, glosa): Row) -> Line {
    Line {
        place: Place::Line(number as u64 + 1),
        observation: Arc::new(Observation {
            booked_on: day(on),
            value_on: None,
            amount: Money::new(amount, Currency::CLP),
            balance_after,
            status: MovementStatus::Booked,
            glosa: glosa.to_owned(),
            details: MovementDetails::default(),
        }),
        counterparty: None,
    }
}

pub fn batch(head: Head, lines: Vec<Line>) -> Batch {
    Batch {
        layout: "test/lines",
        source: head.source,
        account: AccountClaim {
            institution: None,
            kind: None,
            currency: Currency::CLP,
            number: None,
            holder: Holder::default(),
        },
        as_of: day(head.as_of),
        coverage: Coverage {
            from: day(head.days.0),
            to: day(head.days.1),
            complete: head.complete,
        },
        period: None,
        lines,
        balances: Vec::new(),
        warnings: Vec::new(),
    }
}

/// One account's movements and their sources.
pub struct Book {
    clock: Arc<ManualClock>,
    minter: IdMinter,
    account: AccountId,
    pub known: Vec<Attested>,
    complete: Vec<ImportRow>,
    sightings: Vec<SightingRow>,
    sets: HashMap<ConsentSetId, ConsentSetRow>,
    /// Rows written until now.
    pub written: Written,
}

/// Rows that plans came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    pub movements: usize,
    pub sources: usize,
    pub changes: usize,
    pub feed: usize,
    pub sets: usize,
    pub imports: usize,
}

impl Book {
    pub fn new() -> Self {
        let start: Timestamp = "2026-04-01T12:00:00Z".parse().unwrap();
        let clock = Arc::new(ManualClock::new(start));
        let minter = IdMinter::new(clock.clone(), Arc::new(SeededRandomness::new(7)));
        let account = minter.mint();
        Self {
            clock,
            minter,
            account,
            known: Vec::new(),
            complete: Vec::new(),
            sightings: Vec::new(),
            sets: HashMap::new(),
            written: Written::default(),
        }
    }

    /// A new consent.
    pub fn consent(&self) -> ConsentId {
        self.minter.mint()
    }

    /// Sightings that are kept.
    pub fn sightings(&self) -> usize {
        self.sightings.len()
    }

    /// Takes a statement in.
    pub fn import(&mut self, head: Head, rows: &[Row]) -> ImportOutcome {
        let lines = rows.iter().enumerate().map(|(number, row)| line(number, *row)).collect();
        self.import_batch(&batch(head, lines))
    }

    pub fn import_batch(&mut self, batch: &Batch) -> ImportOutcome {
        self.clock.advance(SignedDuration::from_secs(60));
        self.import_under(batch, self.consent(), self.clock.now())
    }

    /// Takes in what came under a consent that others may have come under.
    pub fn import_under(
        &mut self,
        batch: &Batch,
        consent: ConsentId,
        received_at: Timestamp,
    ) -> ImportOutcome {
        let terms = Terms {
            account: self.account,
            import: self.minter.mint(),
            consent,
            as_of: batch.as_of,
            received_at,
        };
        let (from, to) = window(batch);
        let within = |known: &&Attested| {
            let on = known.row.movement.booked_on;
            from <= on && on <= to
        };
        let mut known: Vec<Attested> = self.known.iter().filter(within).cloned().collect();
        known.sort_by_key(|known| (known.row.movement.booked_on, known.row.movement.id));
        let first = batch.lines.first().map_or(from, |line| line.observation.booked_on);
        let mut past = Past {
            holding: self.known.iter().map(|known| known.row.consents).collect(),
            earlier: self.day_before(first),
            complete: self.complete.clone(),
            sightings: self.sightings.clone(),
            sets: self.sets.clone(),
            known,
        };
        let plan = plan(batch, &mut past, terms, &self.minter);
        self.written.imports += usize::from(plan.repeats.is_none());
        if batch.coverage.complete && plan.repeats.is_none() {
            self.complete.push(import(batch, terms));
        }
        self.apply(plan)
    }

    fn day_before(&self, first: Date) -> Vec<MovementRow> {
        let live = || {
            self.known.iter().map(|known| &known.row).filter(|row| {
                row.movement.booked_on < first && row.movement.status != MovementStatus::Removed
            })
        };
        let last = live().map(|row| row.movement.booked_on).max();
        live().filter(|row| Some(row.movement.booked_on) == last).cloned().collect()
    }

    fn apply(&mut self, plan: cartola_engine::ingest::plan::Plan) -> ImportOutcome {
        self.count(&plan);
        self.sets.extend(plan.consent_sets.iter().map(|set| (set.id, *set)));
        if let Some(sighting) = plan.sighting {
            self.sightings.retain(|known| !sighting.supersedes(known));
            self.sightings.push(sighting);
        }
        for (row, _) in plan.added {
            self.known.push(Attested { row, sources: Vec::new() });
        }
        for change in plan.changed {
            let known = self.find(change.row.movement.id);
            assert_eq!(known.row.movement.version, change.expected);
            assert_eq!(
                change.row.movement.version,
                change.expected + u32::from(change.feed.is_some()),
                "a version rises with what the feed tells, and only then"
            );
            let removed = change.row.movement.status == MovementStatus::Removed;
            assert!(change.feed != Some(FeedChange::Removed) || removed);
            known.row = change.row;
        }
        for source in plan.sources {
            self.find(source.movement).sources.push(source);
        }
        plan.outcome
    }

    fn count(&mut self, plan: &cartola_engine::ingest::plan::Plan) {
        let written = &mut self.written;
        written.movements += plan.added.len();
        written.sources += plan.sources.len();
        written.changes += plan.changed.len();
        written.feed += plan.changed.iter().filter(|change| change.feed.is_some()).count();
        written.sets += plan.consent_sets.len();
    }

    /// The consents that allow a movement.
    pub fn consents(&self, row: &MovementRow) -> BTreeSet<ConsentId> {
        let list = successors(self.sets.get(&row.consents), |set| {
            set.rest.and_then(|rest| self.sets.get(&rest))
        });
        list.map(|set| set.consent).collect()
    }

    fn find(&mut self, id: cartola_primitives::id::MovementId) -> &mut Attested {
        self.known.iter_mut().find(|known| known.row.movement.id == id).unwrap()
    }

    /// All movements that are not removed, one a line: day, amount, balance, glosa, and how many
    /// sources speak of it for which reasons.
    pub fn render(&self) -> String {
        let mut known: Vec<&Attested> = self.known.iter().collect();
        known.sort_by_key(|known| (known.row.movement.booked_on, known.row.movement.id));
        known.iter().map(|known| render(known)).collect()
    }

    /// Day, amount and balance of every movement that is not removed, sorted.
    pub fn facts(&self) -> Vec<(Date, i64, Option<i64>)> {
        let mut facts: Vec<_> = self
            .known
            .iter()
            .map(|known| &known.row.movement)
            .filter(|movement| movement.status != MovementStatus::Removed)
            .map(|movement| (movement.booked_on, movement.amount.minor(), movement.balance_after))
            .collect();
        facts.sort();
        facts
    }
}

fn render(known: &Attested) -> String {
    let movement = &known.row.movement;
    let reasons: Vec<&str> = known.sources.iter().map(|source| source.reason.name()).collect();
    let balance = movement.balance_after.map_or("-".to_owned(), |balance| balance.to_string());
    format!(
        "{} {} {} {:?} {} v{} [{}]\n",
        movement.booked_on,
        movement.amount.minor(),
        balance,
        movement.glosa,
        movement.status.name(),
        movement.version,
        reasons.join(", ")
    )
}

fn import(batch: &Batch, terms: Terms) -> ImportRow {
    ImportRow {
        id: terms.import,
        account: terms.account,
        consent: terms.consent,
        archive: ArchiveId::from_bytes([0; 16]),
        content: ContentHash::of(b""),
        layout: batch.layout.to_owned(),
        source: batch.source,
        as_of: batch.as_of,
        received_at: terms.received_at,
        coverage: batch.coverage,
        period: None,
        outcome: ImportOutcome::default(),
    }
}
