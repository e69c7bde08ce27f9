//! Who pays somebody's salary.

use std::collections::BTreeMap;

use cartola_model::glosa;
use cartola_primitives::Date;

use super::window::divide;
use super::{Flow, REGULAR_MONTHS, SALARY_WORDS, SENIORITY_MONTHS};

/// How far a month's payment may lie from the average of a source that does not say that it pays a
/// salary: a quarter of it.
const REGULAR_WITHIN: i64 = 4;

/// The main salary.
pub struct Main<'a> {
    key: String,
    pub glosa: &'a str,
    pub seniority: u32,
    pub average: i64,
}

impl Main<'_> {
    /// Whether it is what came there.
    pub fn pays(&self, flow: &Flow<'_>) -> bool {
        key(flow.glosa) == self.key
    }
}

/// What one source paid, by month counted back from this one.
struct Source<'a> {
    glosa: &'a str,
    months: BTreeMap<u32, i64>,
}

/// Months in a row.
struct Run {
    months: u32,
    sum: i64,
}

struct Candidate<'a> {
    key: String,
    glosa: &'a str,
    run: Run,
    is_regular: bool,
}

/// The main one, if there is any.
pub fn main<'a>(incoming: &[Flow<'a>], today: Date) -> Option<Main<'a>> {
    let mut sources: BTreeMap<String, Source<'a>> = BTreeMap::new();
    for flow in incoming {
        let source = sources
            .entry(key(flow.glosa))
            .or_insert_with(|| Source { glosa: flow.glosa, months: BTreeMap::new() });
        let paid = source.months.entry(months_ago(flow.on, today)).or_default();
        *paid = paid.saturating_add(flow.pesos);
    }
    let candidate = |(key, source): (String, Source<'a>)| {
        let is_regular = source.is_regular();
        source.run().map(|run| Candidate { key, glosa: source.glosa, run, is_regular })
    };
    let (named, others): (Vec<_>, Vec<_>) =
        sources.into_iter().filter_map(candidate).partition(|one| says_salary(&one.key));
    let paid = |one: &Candidate<'_>| one.run.sum;
    let regular = || others.into_iter().filter(|one| one.is_regular).max_by_key(paid);
    let main = named.into_iter().max_by_key(paid).or_else(regular)?;
    let Candidate { key, glosa, run, .. } = main;
    Some(Main { key, glosa, seniority: run.months, average: run.average() })
}

impl Source<'_> {
    /// The months in a row up to this one, or to the last while this one is not paid.
    fn run(&self) -> Option<Run> {
        let begin = self.begin()?;
        let mut run = Run { months: 0, sum: 0 };
        for month in begin..begin + SENIORITY_MONTHS {
            let Some(paid) = self.months.get(&month) else { break };
            run.months += 1;
            run.sum = run.sum.saturating_add(*paid);
        }
        Some(run)
    }
}

impl Source<'_> {
    /// This month, unless more of it is still to come, or the last.
    fn begin(&self) -> Option<u32> {
        match (self.months.get(&0), self.months.get(&1)) {
            (Some(now), Some(last)) if now < last => Some(1),
            (Some(_), _) => Some(0),
            (None, last) => last.map(|_| 1),
        }
    }

    /// Whether it paid about the same in each of the newest months.
    fn is_regular(&self) -> bool {
        let Some(begin) = self.begin() else { return false };
        let newest: Vec<i64> = (begin..begin + REGULAR_MONTHS)
            .map_while(|month| self.months.get(&month).copied())
            .collect();
        let sum = newest.iter().fold(0_i64, |sum, paid| sum.saturating_add(*paid));
        let average = divide(sum, i64::from(REGULAR_MONTHS));
        newest.len() == REGULAR_MONTHS as usize
            && newest.iter().all(|paid| (paid - average).abs() <= average / REGULAR_WITHIN)
    }
}

impl Run {
    fn average(&self) -> i64 {
        divide(self.sum, i64::from(self.months))
    }
}

fn says_salary(key: &str) -> bool {
    key.split(' ').any(|word| SALARY_WORDS.contains(&word))
}

/// A glosa without what differs from one payment to the next.
fn key(written: &str) -> String {
    let folded = glosa::fold(written);
    let words = folded.split(' ').filter(|word| !word.bytes().any(|byte| byte.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}

/// 0 for a day of this month.
fn months_ago(on: Date, today: Date) -> u32 {
    let number = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month());
    u32::try_from(number(today) - number(on)).unwrap_or_default()
}
