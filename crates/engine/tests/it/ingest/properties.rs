//! Whatever windows of a bank's true history are exported, in whatever order they are imported:
//! what comes out is what the bank has in those windows, each movement once.

use std::collections::HashSet;
use std::sync::Arc;

use cartola_connector::Line;
use cartola_model::SourceKind;
use proptest::prelude::*;

use super::book::{Book, Head, batch, line};

/// A bank's true history: day, amount, balance after, glosa; few distinct texts and amounts, so that
/// equal lines are common.
#[derive(Debug, Clone)]
struct History {
    lines: Vec<(i8, i64, i64, &'static str)>,
}

const TEXTS: [&str; 3] = ["COMPRA NACIONAL", "TEF DE EMPRESA", "PAGO EN SERVIPAG"];

fn history() -> impl Strategy<Value = History> {
    proptest::collection::vec(
        (1..12_i8, prop_oneof![Just(-10_i64), Just(-20), Just(30)], 0..3_usize),
        1..40,
    )
    .prop_map(|mut raw| {
        raw.sort_by_key(|(day, _, _)| *day);
        let mut balance = 1_000;
        let lines = raw
            .into_iter()
            .map(|(day, amount, text)| {
                balance += amount;
                (day, amount, balance, TEXTS[text])
            })
            .collect();
        History { lines }
    })
    .prop_filter("a line recurs on its day, balance included", |history| {
        let distinct: HashSet<_> =
            history.lines.iter().map(|(day, amount, balance, _)| (day, amount, balance)).collect();
        distinct.len() == history.lines.len()
    })
}

/// Which lines a file has: from one index to another, in any order of files.
fn exports() -> impl Strategy<Value = Vec<(prop::sample::Index, prop::sample::Index)>> {
    proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..6)
}

fn range(history: &History, ends: (prop::sample::Index, prop::sample::Index)) -> (usize, usize) {
    let (a, b) = (ends.0.index(history.lines.len()), ends.1.index(history.lines.len()));
    (a.min(b), a.max(b))
}

fn export(history: &History, (from, to): (usize, usize), balances: bool) -> (Head, Vec<Line>) {
    let rows = &history.lines[from..=to];
    let lines = rows
        .iter()
        .enumerate()
        .map(|(number, (day, amount, balance, text))| {
            line(number, (*day, *amount, balances.then_some(*balance), text))
        })
        .collect();
    let head = Head {
        source: SourceKind::StatementFile,
        as_of: 28,
        days: (rows[0].0, rows[rows.len() - 1].0),
        complete: true,
    };
    (head, lines)
}

proptest! {
    /// With balances on every line nothing is ever lost, doubled or removed, wherever days are cut.
    #[test]
    fn statements_with_balances_add_up(history in history(), exports in exports()) {
        let mut book = Book::new();
        let mut exported = vec![false; history.lines.len()];
        for ends in exports {
            let window = range(&history, ends);
            exported[window.0..=window.1].fill(true);
            let (head, lines) = export(&history, window, true);
            let outcome = book.import_batch(&batch(head, lines));
            prop_assert_eq!(outcome.removed, 0);
            prop_assert_eq!(outcome.amended, 0);
            prop_assert!(outcome.gaps.iter().all(|gap| gap.place.is_none()));
        }
        let mut expected: Vec<_> = history
            .lines
            .iter()
            .zip(&exported)
            .filter(|(_, exported)| **exported)
            .map(|((day, amount, balance, _), _)| (super::book::day(*day), *amount, Some(*balance)))
            .collect();
        expected.sort();
        prop_assert_eq!(book.facts(), expected);
    }

    /// Without balances, files that hold whole days add up to their union too.
    #[test]
    fn statements_of_whole_days_add_up(history in history(), exports in exports()) {
        let mut book = Book::new();
        let mut exported = vec![false; history.lines.len()];
        for ends in exports {
            let (from, to) = range(&history, ends);
            let days = (history.lines[from].0, history.lines[to].0);
            let from = history.lines.partition_point(|line| line.0 < days.0);
            let to = history.lines.partition_point(|line| line.0 <= days.1) - 1;
            exported[from..=to].fill(true);
            let (head, lines) = export(&history, (from, to), false);
            let outcome = book.import_batch(&batch(head, lines));
            prop_assert_eq!(outcome.removed, 0);
            prop_assert_eq!(&outcome.ambiguous, &vec![]);
        }
        let mut expected: Vec<_> = history
            .lines
            .iter()
            .zip(&exported)
            .filter(|(_, exported)| **exported)
            .map(|((day, amount, _, _), _)| (super::book::day(*day), *amount, None))
            .collect();
        expected.sort();
        prop_assert_eq!(book.facts(), expected);
    }

    /// The same file once more changes nothing.
    #[test]
    fn a_repeated_statement_tells_nothing_new(history in history(), balances in any::<bool>()) {
        let mut book = Book::new();
        let (head, lines) = export(&history, (0, history.lines.len() - 1), balances);
        let batch = batch(head, lines);
        book.import_batch(&batch);
        let facts = book.facts();
        let outcome = book.import_batch(&batch);
        prop_assert_eq!(outcome.new, 0);
        prop_assert_eq!(outcome.duplicates, outcome.read);
        prop_assert_eq!(book.facts(), facts);
    }

    /// What the book says does not depend on the order in which statements come, also where the
    /// bank took lines back between them.
    #[test]
    fn the_order_of_statements_makes_no_difference(
        history in history(),
        taken_back in proptest::collection::vec(any::<bool>(), 40),
        rotation in 0..3_usize,
    ) {
        let whole: Vec<usize> = (0..history.lines.len()).collect();
        let left: Vec<usize> =
            whole.iter().copied().filter(|line| !taken_back[*line]).collect();
        let statement = |made_on: i8, lines: &[usize]| {
            let rows = lines.iter().map(|index| history.lines[*index]);
            // Each line has a text of its own, so that no other could be meant.
            let lines = rows.zip(lines).enumerate().map(|(number, ((day, amount, _, text), index))| {
                let mut line = line(number, (day, amount, None, text));
                Arc::make_mut(&mut line.observation).glosa = format!("{text} {index:03}");
                line
            });
            let head = Head::statement(0, 13).made_on(made_on);
            batch(Head { days: (1, 13), ..head }, lines.collect())
        };
        let mut statements = [statement(14, &whole), statement(15, &left), statement(16, &left)];
        let mut straight = Book::new();
        for batch in &statements {
            straight.import_batch(batch);
        }
        statements.rotate_left(rotation);
        statements.reverse();
        let mut other = Book::new();
        for batch in &statements {
            other.import_batch(batch);
        }
        prop_assert_eq!(straight.facts(), other.facts());
    }
}
