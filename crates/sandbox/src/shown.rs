//! What a bank shows at a moment, of movements that are known for ever.

use cartola_primitives::Date;
use jiff::civil::DateTime;

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

/// The balance at `now`, from the movements of its month and the next.
pub(crate) fn balance(movements: &[Movement], opening: i64, limit: i64, now: DateTime) -> Balance {
    let booked = movements.iter().rev().find(|each| each.booked <= now);
    let ledger = booked.and_then(|each| each.balance_after).unwrap_or(opening);
    let waiting = movements.iter().filter(|each| each.booked > now && each.occurred <= now);
    let (mut going, mut held) = (0, 0);
    for amount in waiting.map(|each| each.amount.minor()) {
        going += amount.min(0);
        held += amount.max(0);
    }
    Balance { ledger, available: ledger + going, held, limit }
}
