//! What somebody owes, owns and has agreed to: the terms behind the movements that the plan makes of
//! them, each a function of seed, RUT and date.

pub(crate) mod amortization;
pub(crate) mod bill;
pub(crate) mod crypto;
pub(crate) mod deposit;
pub(crate) mod employment;
pub(crate) mod fund;
pub(crate) mod honorarium;
pub(crate) mod instalment;
pub(crate) mod iva;
pub(crate) mod loan;
pub(crate) mod mandate;
pub(crate) mod mortgage;
pub(crate) mod property;
pub(crate) mod stock;

use cartola_primitives::{Date, Quantity};

use crate::dice::Dice;
use crate::month::Month;

/// Which payment of how many a month has, of somebody who takes the next credit once the last payment
/// of one is made.
pub(crate) fn part_of(terms: &mut Dice, lengths: &[i32], month: Month) -> (u16, u16) {
    let of = *terms.pick(lengths);
    let begun = i32::try_from(terms.below(1_000)).expect("a number below a thousand");
    let part = (month.count() + begun).rem_euclid(of) + 1;
    let small = |number: i32| u16::try_from(number).expect("loans have few payments");
    (small(part), small(of))
}

/// A whole number of `10^-decimals`, as an exact decimal.
pub(crate) fn decimal(units: i64, decimals: u32) -> Quantity {
    let (sign, digits) = (if units < 0 { "-" } else { "" }, units.unsigned_abs());
    let scale = 10_u64.pow(decimals);
    let width = decimals as usize;
    let text = match decimals {
        0 => format!("{sign}{digits}"),
        _ => format!("{sign}{}.{:0width$}", digits / scale, digits % scale),
    };
    Quantity::parse(&text).expect("few digits and decimals are an exact quantity")
}

/// `amount` times `factor` over `divisor`, a half rounded up. All above zero.
pub(crate) fn share(amount: i64, factor: i64, divisor: i64) -> i64 {
    let product = i128::from(amount) * i128::from(factor);
    let divisor = i128::from(divisor);
    i64::try_from((product + divisor / 2).div_euclid(divisor))
        .expect("a share fits where its whole does")
}

/// The last day of the month before.
pub(crate) fn last_month_end(day: Date) -> Date {
    Month::of(day).plus(-1).last_day()
}
