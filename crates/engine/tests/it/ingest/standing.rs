//! A reading that says the same leaves nothing behind, and yet counts as if it had.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cartola_connector::{Batch, Line};
use cartola_model::movement::MovementDetails;
use cartola_model::{Movement, MovementStatus, SourceKind};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, ConsentId, MovementId};
use proptest::prelude::*;

use super::book::{Book, Head, Written, batch, line};

/// One line that a source may have: which one, and what it says of it.
#[derive(Debug, Clone, Copy)]
struct Said {
    /// Which of the bank's lines.
    number: u8,
    balance: bool,
    pending: bool,
    /// Whether it is booked a day later than at first.
    moved: bool,
}

/// One source.
#[derive(Debug, Clone)]
struct Step {
    /// Through which link it is read; absent for a file.
    link: Option<u8>,
    head: Head,
    /// How many seconds before it is taken in the bank was asked.
    begun: u8,
    lines: Vec<Said>,
    /// Whether it says what the reading of that link before it said, of the days that it covers.
    again: bool,
}

/// Lines of the bank: on few days, so that readings end beside them.
const LINES: u8 = 8;

fn said() -> impl Strategy<Value = Said> {
    let often = |odds| proptest::bool::weighted(odds);
    (0..LINES, often(0.8), often(0.2), often(0.1))
        .prop_map(|(number, balance, pending, moved)| Said { number, balance, pending, moved })
}

fn step() -> impl Strategy<Value = Step> {
    let link = proptest::option::weighted(0.75, 0..2_u8);
    let days = (1..5_i8, 3..9_i8);
    let kind = prop_oneof![Just(SourceKind::MappedFile), Just(SourceKind::StatementFile)];
    (
        (link, kind, 10..16_i8, days, proptest::bool::weighted(0.8)),
        prop_oneof![3 => Just(0_u8), 1 => 0..200_u8],
        proptest::collection::vec(said(), 0..8),
        proptest::bool::weighted(0.6),
    )
        .prop_map(|((link, kind, as_of, (from, length), complete), begun, lines, again)| {
            let source = if link.is_some() { SourceKind::Institution } else { kind };
            let head = Head { source, as_of, days: (from, from + length), complete };
            Step { link, head, begun, lines, again }
        })
}

fn lines(said: &[Said], (from, to): (i8, i8)) -> Vec<Line> {
    let by_number: BTreeMap<u8, Said> = said.iter().map(|said| (said.number, *said)).collect();
    let mut lines: Vec<Line> = by_number
        .values()
        .map(|said| {
            let day = 2 + i8::try_from(said.number).unwrap() + i8::from(said.moved);
            let number = i64::from(said.number);
            // Two lines of the bank are told apart by nothing but their number and day.
            let glosa = ["COMPRA", "ABONO"][usize::from(said.number % 2)];
            let balance = said.balance.then_some(1_000 - number);
            let mut line = line(0, (day, -10 - number / 2, balance, glosa));
            Arc::make_mut(&mut line.observation).details = MovementDetails {
                reference: (said.number > 3).then(|| format!("R{number}")),
                ..MovementDetails::default()
            };
            if said.pending {
                Arc::make_mut(&mut line.observation).status = MovementStatus::Pending;
            }
            line
        })
        .filter(|line| {
            let on = line.observation.booked_on;
            super::book::day(from) <= on && on <= super::book::day(to)
        })
        .collect();
    lines.sort_by_key(|line| line.observation.booked_on);
    lines
}

/// A book beside one whose every reading comes under a consent of its own, and so adds all its rows.
struct Pair {
    sparse: Book,
    full: Book,
    consents: [ConsentId; 2],
    /// Whose each consent of the full book is: a link's number, or the number of a file.
    givers: BTreeMap<ConsentId, usize>,
    /// The same for the other book.
    sparse_givers: BTreeMap<ConsentId, usize>,
    last: [Vec<Said>; 2],
    steps: usize,
}

/// What can be seen of one movement: all but its id, and who allows it.
type Seen = (Movement, BTreeSet<usize>);

impl Pair {
    fn new() -> Self {
        let sparse = Book::new();
        let consents = [sparse.consent(), sparse.consent()];
        Self {
            sparse_givers: consents.into_iter().zip(0..).collect(),
            sparse,
            full: Book::new(),
            consents,
            givers: BTreeMap::new(),
            last: [Vec::new(), Vec::new()],
            steps: 0,
        }
    }

    fn take(&mut self, step: &Step) {
        self.steps += 1;
        let said = self.said(step);
        let batch = batch(step.head, lines(&said, step.head.days));
        let number = i64::try_from(self.steps).unwrap();
        let begun = if step.link.is_some() { i64::from(step.begun) } else { 0 };
        let second = 1_800_000_000 + number * 60 - begun;
        // No two at the same instant.
        let received_at = Timestamp::from_millisecond(second * 1_000 + number).unwrap();
        let giver = step.link.map_or(1 + self.steps, usize::from);
        let own = self.full.consent();
        self.givers.insert(own, giver);
        let shared = step
            .link
            .map_or_else(|| self.sparse.consent(), |link| self.consents[usize::from(link)]);
        self.sparse_givers.insert(shared, giver);
        let full = self.full.import_under(&batch, own, received_at);
        let sparse = self.sparse.import_under(&batch, shared, received_at);
        assert_eq!(figures(&sparse), figures(&full));
    }

    fn said(&mut self, step: &Step) -> Vec<Said> {
        let Some(link) = step.link else { return step.lines.clone() };
        let last = &mut self.last[usize::from(link)];
        if !step.again {
            last.clone_from(&step.lines);
        }
        last.clone()
    }

    fn seen(book: &Book, givers: &BTreeMap<ConsentId, usize>) -> Vec<Seen> {
        let nobody = (MovementId::from_bytes([0; 16]), AccountId::from_bytes([0; 16]));
        let see = |row: &cartola_store::movements::MovementRow| {
            let (id, account) = nobody;
            let movement = Movement { id, account, ..row.movement.clone() };
            let allowed = book.consents(row).iter().map(|consent| givers[consent]).collect();
            (movement, allowed)
        };
        book.known.iter().map(|known| see(&known.row)).collect()
    }

    fn check(&self) {
        let sparse = Self::seen(&self.sparse, &self.sparse_givers);
        let full = Self::seen(&self.full, &self.givers);
        assert_eq!(sparse, full, "after {} sources", self.steps);
    }
}

fn figures(outcome: &cartola_store::imports::ImportOutcome) -> [u64; 6] {
    let it = outcome;
    [it.read, it.new, it.duplicates, it.amended, it.removed, it.restored]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Whatever links and files say in whatever order, the movements, their versions and who allows
    /// them are those of a book that adds a record for everything that is said.
    #[test]
    fn what_is_not_written_counts_as_if_it_were(
        steps in proptest::collection::vec(step(), 1..14),
    ) {
        let mut pair = Pair::new();
        for step in &steps {
            pair.take(step);
            pair.check();
        }
    }

    /// Two links of one account that take turns, and disagree, add no consent set after each has
    /// told once.
    #[test]
    fn links_that_take_turns_add_no_sets(
        said in [proptest::collection::vec(said(), 1..8), proptest::collection::vec(said(), 1..8)],
    ) {
        let mut book = Book::new();
        let consents = [book.consent(), book.consent()];
        let mut sets = Vec::new();
        for turn in 0..5 {
            for (said, consent) in said.iter().zip(consents) {
                let head = Head { source: SourceKind::Institution, ..Head::statement(1, 12) };
                let batch = batch(head.made_on(20), lines(said, (1, 12)));
                let at = Timestamp::from_second(1_800_000_000 + i64::from(turn)).unwrap();
                book.import_under(&batch, consent, at);
            }
            sets.push(book.written.sets);
        }
        prop_assert_eq!(sets[1], sets[4]);
    }

    /// A reading that says what the one before it said adds no row but its sighting, which takes the
    /// place of the one before.
    #[test]
    fn an_equal_reading_writes_nothing(
        said in proptest::collection::vec(said(), 0..8),
        days in 0..4_i8,
    ) {
        let mut book = Book::new();
        let consent = book.consent();
        let reading = |as_of: i8| -> Batch {
            let head = Head { source: SourceKind::Institution, ..Head::statement(1, 12) };
            batch(head.made_on(as_of), lines(&said, (1, 12)))
        };
        let at = |second: i64| Timestamp::from_second(1_800_000_000 + second).unwrap();
        book.import_under(&reading(20), consent, at(0));
        let before: Written = book.written;
        for second in 1..10 {
            book.import_under(&reading(20 + days), consent, at(second));
        }
        prop_assert_eq!(book.written, before);
        prop_assert_eq!(book.sightings(), 1);
    }
}
