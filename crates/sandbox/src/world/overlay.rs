//! An account's months with what people did on it.

use std::sync::Arc;

use cartola_primitives::Money;
use jiff::civil::DateTime;

use crate::account::Account;
use crate::key::AccountKey;
use crate::month::Month;
use crate::movement::{self, Movement};
use crate::population::Population;
use crate::shown::{self, Balance, Effect};

use super::record::{Change, Party, Posting};
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
    movements.extend(posted(acted, (first, last)).map(|posting| view.posted(posting)));
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

/// What an account that exists holds at a moment.
pub(crate) fn balance(
    population: Population,
    account: &Account,
    acted: &Acted,
    now: DateTime,
) -> Balance {
    let (key, months) = (account.key, shown::months_of_balance(now));
    let (base, effects) = population.effects(key, months).unwrap_or_default();
    let of_posting = |posting: &Arc<Posting>| Effect {
        flow: posting.flow(),
        occurred: posting.occurred,
        booked: posting.booked,
        amount: sign(&posting.to, key) * posting.amount,
    };
    let effects = effects.into_iter().chain(posted(acted, months).map(of_posting));
    let effects = effects.filter_map(|effect| match acted.changes.get(&effect.flow) {
        Some(change) => Some(Effect { amount: sign(&change.to, key) * change.amount?, ..effect }),
        None => Some(effect),
    });
    let opening = base + done_before(acted, key, months.0);
    shown::balance(opening, effects, account.limit, now)
}

/// What was posted on the account that is booked in those months.
fn posted(acted: &Acted, (first, last): (Month, Month)) -> impl Iterator<Item = &Arc<Posting>> {
    let within =
        move |posting: &&Arc<Posting>| (first..=last).contains(&Month::of(posting.booked.date()));
    acted.postings.iter().filter(within)
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
