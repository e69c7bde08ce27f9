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
    least: i64,
    most: i64,
}

struct Candidate<'a> {
    key: String,
    glosa: &'a str,
    run: Run,
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
        source.run().map(|run| Candidate { key, glosa: source.glosa, run })
    };
    let (named, others): (Vec<_>, Vec<_>) =
        sources.into_iter().filter_map(candidate).partition(|one| says_salary(&one.key));
    let paid = |one: &Candidate<'_>| one.run.sum;
    let regular = || others.into_iter().filter(|one| one.run.is_regular()).max_by_key(paid);
    let main = named.into_iter().max_by_key(paid).or_else(regular)?;
    let Candidate { key, glosa, run } = main;
    Some(Main { key, glosa, seniority: run.months, average: run.average() })
}

impl Source<'_> {
    /// The months in a row up to this one, or to the last while this one is not paid.
    fn run(&self) -> Option<Run> {
        let begin = (0..=1).find(|month| self.months.contains_key(month))?;
        let mut run = Run { months: 0, sum: 0, least: i64::MAX, most: i64::MIN };
        for month in begin..begin + SENIORITY_MONTHS {
            let Some(paid) = self.months.get(&month) else { break };
            run.months += 1;
            run.sum = run.sum.saturating_add(*paid);
            run.least = run.least.min(*paid);
            run.most = run.most.max(*paid);
        }
        Some(run)
    }
}

impl Run {
    fn average(&self) -> i64 {
        divide(self.sum, i64::from(self.months))
    }

    fn is_regular(&self) -> bool {
        let average = self.average();
        let within = |paid: i64| (paid - average).abs() <= average / REGULAR_WITHIN;
        self.months >= REGULAR_MONTHS && within(self.least) && within(self.most)
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
