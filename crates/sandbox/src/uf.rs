//! The UF by day: plausible, not official.

use cartola_primitives::{Date, date};

use crate::data::data;

/// Decimals of a CLF amount: ten thousandths of a UF.
const CLF_UNITS: i128 = 10_000;
const CENTS_A_PESO: i128 = 100;

/// The value of one UF on that day, in hundredths of a peso. Grows evenly between the anchors of
/// `data/uf.toml`, where the real one follows last month's prices from the 10th to the 9th.
pub fn value_on(day: Date) -> i64 {
    let (before, after) = neighbours(day);
    let (from, start) = before;
    let (to, end) = after;
    let gone = i64::from(days_between(from, day));
    let all = i64::from(days_between(from, to)).max(1);
    start + (end - start) * gone / all
}

/// Whole pesos of an amount in CLF (ten thousandths), a half rounded up, as dividends are charged.
pub fn in_pesos(clf_minor: i64, day: Date) -> i64 {
    let product = i128::from(clf_minor) * i128::from(value_on(day));
    let scale = CLF_UNITS * CENTS_A_PESO;
    i64::try_from((product + scale / 2) / scale).expect("a dividend in pesos fits 64 bits")
}

/// The 9th of January from which the table speaks.
fn ninth(year: i16) -> Date {
    date(year, 1, 9)
}

fn neighbours(day: Date) -> ((Date, i64), (Date, i64)) {
    let table = &data().uf;
    let later = table.anchors.iter().position(|(year, _)| ninth(*year) > day);
    match later {
        Some(place) => {
            let at = |place: usize| (ninth(table.anchors[place].0), table.anchors[place].1);
            (at(place.saturating_sub(1)), at(place))
        }
        None => beyond(day),
    }
}

/// After the last anchor: each year a fixed percentage more.
fn beyond(day: Date) -> ((Date, i64), (Date, i64)) {
    let table = &data().uf;
    let (mut year, mut value) = *table.anchors.last().expect("the table has rows");
    loop {
        let next = value + value * table.percent_a_year_afterwards / 100;
        if ninth(year + 1) > day {
            return ((ninth(year), value), (ninth(year + 1), next));
        }
        (year, value) = (year + 1, next);
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    (to - from).get_days()
}
