//! Months back from a day, and averages over them.

use cartola_primitives::money::Rounding;
use cartola_primitives::{Currency, Date, Money};

use super::Flow;

/// The day after the one that lies so many months back: with `today`, that many whole months.
pub fn months_back(today: Date, months: i32) -> Date {
    let months_since_zero = i32::from(today.year()) * 12 + i32::from(today.month()) - 1 - months;
    let year = i16::try_from(months_since_zero.div_euclid(12)).unwrap_or(i16::MIN);
    let month = i8::try_from(months_since_zero.rem_euclid(12) + 1).unwrap_or(1);
    let first = Date::new(year, month, 1).unwrap_or(Date::MIN);
    let day = today.day().min(first.days_in_month());
    let back = Date::new(year, month, day).unwrap_or(Date::MIN);
    back.tomorrow().unwrap_or(back)
}

/// What the flows that count come to in a month, over so many of them.
pub fn average(
    flows: &[Flow<'_>],
    counts: &dyn Fn(&Flow<'_>) -> bool,
    today: Date,
    months: i32,
) -> i64 {
    let begins = months_back(today, months);
    let counted = flows.iter().filter(|flow| begins <= flow.on && counts(flow));
    let sum = counted.fold(0_i64, |sum, flow| sum.saturating_add(flow.pesos));
    divide(sum, i64::from(months))
}

/// A part of a sum; a half goes to the even neighbour.
pub fn divide(sum: i64, parts: i64) -> i64 {
    let part = Money::new(sum, Currency::CLP).divide(parts, Rounding::HalfEven);
    part.map_or(0, |part| part.minor())
}
