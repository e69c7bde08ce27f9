//! What came of payments, a line for those that were asked for alike.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What came of one payment.
pub struct Outcome {
    /// Through which calls it was made.
    pub way: &'static str,
    /// What the customer was asked for, one thing after another.
    pub asked: Vec<String>,
    /// Where it stands.
    pub state: String,
    /// How often its money has arrived.
    pub arrived: usize,
    /// Whether its callback has arrived, where there is to be one.
    pub callback: Option<bool>,
}

/// What came of those that were asked for alike.
#[derive(Default)]
pub struct Line {
    pub completed: usize,
    pub failed: usize,
    pub in_doubt: usize,
    pub moved_twice: usize,
    pub moved_though_failed: usize,
    pub awaited: usize,
    pub delivered: usize,
    pub lost: usize,
}

impl Line {
    fn add(&mut self, outcome: &Outcome) {
        let Outcome { state, arrived, callback, .. } = outcome;
        let has_failed = state == "failed";
        self.completed += usize::from(state == "completed" && *arrived > 0);
        self.failed += usize::from(has_failed);
        self.in_doubt += usize::from(!has_failed && state != "completed");
        self.moved_twice += usize::from(*arrived > 1);
        self.moved_though_failed += usize::from(has_failed && *arrived > 0);
        self.awaited += usize::from(callback.is_some());
        self.delivered += usize::from(*callback == Some(true));
        self.lost += usize::from(*callback == Some(false));
    }
}

/// The lines, by way and challenges.
pub struct Table(BTreeMap<String, Line>);

impl Table {
    pub fn of(outcomes: &[Outcome]) -> Self {
        let mut lines: BTreeMap<String, Line> = BTreeMap::new();
        for outcome in outcomes {
            let mut asked = outcome.asked.clone();
            asked.dedup();
            let alike = format!("{:<7} {}", outcome.way, asked.join(" "));
            lines.entry(alike).or_default().add(outcome);
        }
        Self(lines)
    }

    /// A column's sum.
    pub fn sum(&self, column: fn(&Line) -> usize) -> usize {
        self.0.values().map(column).sum()
    }

    /// As it is printed.
    pub fn shown(&self) -> String {
        let mut text = String::from(
            "way     challenge                 completed  failed  in doubt  moved twice  \
             moved though failed  callbacks awaited  delivered  lost\n",
        );
        for (alike, line) in &self.0 {
            let Line { completed, failed, in_doubt, moved_twice, .. } = line;
            let Line { moved_though_failed, awaited, delivered, lost, .. } = line;
            writeln!(
                text,
                "{alike:<33} {completed:>9} {failed:>7} {in_doubt:>9} {moved_twice:>12} \
                 {moved_though_failed:>20} {awaited:>18} {delivered:>10} {lost:>5}"
            )
            .unwrap();
        }
        text
    }
}
