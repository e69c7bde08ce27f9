//! An account's months with what people did on it.

use cartola_primitives::Money;

use crate::account::Account;
use crate::key::AccountKey;
use crate::month::Month;
use crate::movement::{self, Movement};
use crate::population::Population;

use super::record::{Change, Party};
use super::state::Acted;

/// The balance before a month, and all that is booked from there to the end of another.
pub(crate) struct Months {
    pub opening: i64,
    pub movements: Vec<Movement>,
}

/// Draws up the months of an account that exists.
pub(crate) fn months(
    population: Population,
    account: &Account,
    acted: &Acted,
    (first, last): (Month, Month),
) -> Months {
    let key = account.key;
    let base = population.opening(key, first).unwrap_or_default();
    let opening = base + done_before(acted, key, first);
    let mut movements = population.months(key, first, last);
    let view = movement::view(population.seed(), account);
    let within = |month: Month| (first..=last).contains(&month);
    let posted = acted.postings.iter().filter(|each| within(Month::of(each.booked.date())));
    movements.extend(posted.map(|posting| view.posted(posting)));
    movements.retain_mut(|movement| match acted.changes.get(&movement.flow) {
        Some(change) => amended(movement, change, key),
        None => true,
    });
    movements.sort_by_key(|movement| movement.booked);
    let mut balance = opening;
    for movement in &mut movements {
        balance += movement.amount.minor();
        movement.balance_after = Some(balance);
    }
    Months { opening, movements }
}

/// What was done on the account that is booked before a month.
fn done_before(acted: &Acted, key: AccountKey, month: Month) -> i64 {
    let first = month.first_day();
    let postings = acted.postings.iter().filter(|posting| posting.booked.date() < first);
    let changes = acted.changes.values().filter(|change| change.booked.date() < first);
    postings.map(|each| sign(&each.to, key) * each.amount).sum::<i64>()
        + changes.map(|each| sign(&each.to, key) * each.difference()).sum::<i64>()
}

/// Applies a change; whether the movement is still there.
fn amended(movement: &mut Movement, change: &Change, key: AccountKey) -> bool {
    let Some(amount) = change.amount else { return false };
    movement.amount = Money::new(sign(&change.to, key) * amount, movement.amount.currency());
    if let Some((_, glosa)) = change.glosa.as_ref().filter(|(side, _)| *side == key) {
        movement.glosa.clone_from(glosa);
    }
    true
}

fn sign(to: &Party, key: AccountKey) -> i64 {
    if to.account() == Some(key) { 1 } else { -1 }
}
