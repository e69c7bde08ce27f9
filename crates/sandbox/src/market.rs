//! What dollars, shares and crypto assets are worth on a day: plausible, not official.

use cartola_primitives::{Date, date};

use crate::data::data;
use crate::dice::Dice;

const DAYS_A_WEEK: i32 = 7;

/// Pesos for a dollar, in hundredths.
pub(crate) fn dollar_on(day: Date) -> i64 {
    let anchors = &data().markets.dollar.anchors;
    let (first, last) = (anchors[0], anchors[anchors.len() - 1]);
    let after = anchors.iter().position(|(year, _)| ninth(*year) > day);
    match after {
        Some(0) => first.1,
        None => last.1,
        Some(place) => {
            let (before, after) = (anchors[place - 1], anchors[place]);
            let gone = i64::from((day - ninth(before.0)).get_days());
            let all = i64::from((ninth(after.0) - ninth(before.0)).get_days());
            before.1 + (after.1 - before.1) * gone / all
        }
    }
}

fn ninth(year: i16) -> Date {
    date(year, 1, 9)
}

/// A price that goes up and down by at most `wobble` percent from week to week.
pub(crate) fn wobbled(seed: u64, place: usize, price: i64, wobble: i64, day: Date) -> i64 {
    let week = (day - date(2020, 1, 6)).get_days().div_euclid(DAYS_A_WEEK);
    let mut dice = Dice::of(seed, "price", place as u64, week, 0);
    let per_mille = dice.amount(-10 * wobble..=10 * wobble);
    price / 1_000 * (1_000 + per_mille)
}

/// Cents of a dollar that so many pesos are.
pub(crate) fn in_cents(pesos: i64, day: Date) -> i64 {
    pesos * 10_000 / dollar_on(day)
}
