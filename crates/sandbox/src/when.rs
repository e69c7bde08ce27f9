//! When things happen, and when banks book them: on bank days.

use cartola_primitives::{Date, calendar};
use jiff::ToSpan;

use crate::dice::Dice;
use crate::flow::When;
use crate::month::Month;

/// Bank days until a cheque of another bank is money.
const CLEARING_DAYS: i32 = 2;
/// Of a hundred purchases booked after a weekend or holiday, how many were made in it.
const WEEKEND_PERCENT: u64 = 70;

/// At once, at some time of a bank day.
pub(crate) fn at_once(dice: &mut Dice, day: Date) -> When {
    let moment = day.at(dice.small(8..=21), dice.small(0..=59), dice.small(0..=59), 0);
    When { occurred: moment, booked: moment }
}

/// In the bank's run before it opens.
pub(crate) fn in_batch(dice: &mut Dice, day: Date) -> When {
    let moment = day.at(dice.small(5..=7), dice.small(0..=59), dice.small(0..=59), 0);
    When { occurred: moment, booked: moment }
}

/// Handed in two bank days before; money on `day`.
pub(crate) fn cleared(dice: &mut Dice, day: Date) -> When {
    let handed_in = calendar::add_bank_days(day, -CLEARING_DAYS).unwrap_or(day);
    let occurred = handed_in.at(dice.small(9..=13), dice.small(0..=59), dice.small(0..=59), 0);
    When { occurred, booked: day.at(14, dice.small(0..=59), 0, 0) }
}

/// A purchase booked in the month. What is bought on a weekend or holiday is booked on the next
/// bank day, so that it is pending until then.
pub(crate) fn shopping(dice: &mut Dice, month: Month) -> When {
    let days = month.bank_days();
    let place = dice.place(days.len());
    let booked = days[place];
    let before = match place.checked_sub(1) {
        Some(place) => days[place],
        None => last_of(month.plus(-1)),
    };
    let idle = i64::from((booked - before).get_days()) - 1;
    if idle < 1 || !dice.chance(WEEKEND_PERCENT) {
        return at_once(dice, booked);
    }
    let occurred = before.saturating_add(dice.amount(1..=idle).days());
    let occurred = occurred.at(dice.small(9..=22), dice.small(0..=59), dice.small(0..=59), 0);
    When { occurred, booked: booked.at(dice.small(5..=7), dice.small(0..=59), 0, 0) }
}

fn last_of(month: Month) -> Date {
    *month.bank_days().last().expect("every month has bank days")
}
