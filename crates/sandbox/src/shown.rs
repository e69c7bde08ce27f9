//! What a bank shows at a moment, of movements that are known for ever.

use cartola_primitives::Date;
use jiff::civil::DateTime;

use crate::flow::FlowId;
use crate::month::Month;
use crate::movement::{Movement, Status};

/// Whole months of history before the running one.
pub const HISTORY_MONTHS: i32 = 36;

/// What an account holds at a moment, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Balance {
    /// Saldo contable: everything booked.
    pub ledger: i64,
    /// Saldo disponible: the ledger without what is on its way out.
    pub available: i64,
    /// Retenciones: on its way in.
    pub held: i64,
    /// How far below zero it may go.
    pub limit: i64,
}

/// The first day that banks still show on `today`.
pub fn begins(today: Date) -> Date {
    Month::of(today).plus(-HISTORY_MONTHS).first_day()
}

/// The months to draw up for a statement of those days; `None` where there is nothing to show.
pub(crate) fn months((from, to): (Date, Date), now: DateTime) -> Option<(Month, Month)> {
    let (from, to) = (from.max(begins(now.date())), to.min(now.date()));
    // What is made at the end of a month may be booked in the next one.
    (from <= to).then(|| (Month::of(from), Month::of(to).plus(1)))
}

/// What is booked by then, by its booking day, and after it what is pending, by the day it was made.
pub(crate) fn cut(
    movements: Vec<Movement>,
    (from, to): (Date, Date),
    now: DateTime,
) -> Vec<Movement> {
    let from = from.max(begins(now.date()));
    let within = |day: Date| (from..=to).contains(&day);
    let (booked, waiting): (Vec<_>, Vec<_>) =
        movements.into_iter().partition(|movement| movement.booked <= now);
    let booked = booked.into_iter().filter(|each| within(each.booked.date()));
    let mut pending: Vec<Movement> = waiting
        .into_iter()
        .filter(|each| each.occurred <= now && within(each.occurred.date()))
        .map(|each| Movement { status: Status::Pending, balance_after: None, ..each })
        .collect();
    pending.sort_by_key(|each| each.occurred);
    booked.chain(pending).collect()
}

/// What a movement does to a balance: all that has to be known of it for one.
pub(crate) struct Effect {
    pub flow: FlowId,
    pub occurred: DateTime,
    pub booked: DateTime,
    /// Minor units; below zero is a cargo.
    pub amount: i64,
}

/// The months whose movements say what an account holds at a moment, given what it held before them.
pub(crate) fn months_of_balance(now: DateTime) -> (Month, Month) {
    let month = Month::of(now.date());
    (month, month.plus(1))
}

/// The balance at `now`, from what it was before [`months_of_balance`] and the effects of those.
pub(crate) fn balance(
    opening: i64,
    effects: impl Iterator<Item = Effect>,
    limit: i64,
    now: DateTime,
) -> Balance {
    let (mut ledger, mut going, mut held) = (opening, 0, 0);
    for Effect { occurred, booked, amount, .. } in effects {
        if booked <= now {
            ledger += amount;
        } else if occurred <= now {
            going += amount.min(0);
            held += amount.max(0);
        }
    }
    Balance { ledger, available: ledger + going, held, limit }
}
