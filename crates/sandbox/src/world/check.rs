//! The proof that no money appeared or vanished.

use std::collections::BTreeMap;

use cartola_primitives::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use crate::key::AccountKey;
use crate::month::Month;
use crate::population::Population;

use super::overlay;
use super::record::Party;
use super::state::{Acted, State};

/// What the check came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LedgerCheck {
    /// Whether everything adds up.
    pub balanced: bool,
    /// Accounts of people that were acted on.
    pub accounts: usize,
    /// By currency, what the books sum to beyond zero, in minor units; empty when balanced.
    pub difference: BTreeMap<String, i64>,
    /// Accounts whose history does not lead to what the books say, by their last four digits.
    pub broken: Vec<String>,
}

/// Proves three things. Over all accounts, of people and of the system, what was done sums to zero
/// in every currency. For each account that was acted on, its months chain, and what they add to
/// the base history is what the books say. And both sides of what passed between two people agree.
pub(crate) fn check(population: Population, state: &State) -> LedgerCheck {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for ((currency, _), amount) in &state.books {
        *sums.entry(*currency).or_default() += amount;
    }
    let difference: BTreeMap<String, i64> = sums
        .into_iter()
        .filter(|(_, sum)| *sum != 0)
        .map(|(currency, sum)| (currency.code().to_owned(), sum))
        .collect();
    let broken: Vec<String> = state
        .accounts
        .iter()
        .filter(|(key, acted)| !holds(population, state, **key, acted))
        .map(|(key, _)| population.account(*key).map_or_else(String::new, |a| a.number.mask()))
        .collect();
    LedgerCheck {
        balanced: difference.is_empty() && broken.is_empty(),
        accounts: state.accounts.len(),
        difference,
        broken,
    }
}

fn holds(population: Population, state: &State, key: AccountKey, acted: &Acted) -> bool {
    let Some(account) = population.account(key) else { return false };
    let Some((first, last)) = touched(acted) else { return true };
    let (mut balance, mut movements) = (None, Vec::new());
    for month in first.through(last) {
        let shown = overlay::months(population, &account, acted, (month, month));
        if balance.is_some_and(|balance| balance != shown.opening) {
            return false;
        }
        let moved: i64 = shown.movements.iter().map(|each| each.amount.minor()).sum();
        balance = Some(shown.opening + moved);
        movements.extend(shown.movements);
    }
    let base = population.opening(key, last.plus(1)).unwrap_or_default();
    let booked = state.books.get(&(key.product.currency(), Party::Account(key)));
    balance == Some(base + booked.copied().unwrap_or_default())
        && movements.iter().all(|movement| {
            !touches(acted, movement.flow) || other_agrees(population, state, key, movement)
        })
}

fn touches(acted: &Acted, flow: crate::flow::FlowId) -> bool {
    acted.changes.contains_key(&flow) || acted.postings.iter().any(|each| each.flow() == flow)
}

/// The other side of a movement says the same of it, where it is an account of the box.
fn other_agrees(
    population: Population,
    state: &State,
    key: AccountKey,
    movement: &crate::movement::Movement,
) -> bool {
    let Some(other) = movement.other.customer() else { return true };
    let Some(account) = population.account(other) else { return false };
    let month = Month::of(movement.booked.date());
    let theirs = overlay::months(population, &account, &state.acted(other), (month, month));
    theirs.movements.iter().any(|each| {
        each.flow == movement.flow
            && each.amount.minor() == -movement.amount.minor()
            && each.other.customer() == Some(key)
    })
}

/// The months in which something was done.
fn touched(acted: &Acted) -> Option<(Month, Month)> {
    let postings = acted.postings.iter().map(|each| each.booked);
    let days = postings.chain(acted.changes.values().map(|each| each.booked));
    let months: Vec<Month> = days.map(|booked| Month::of(booked.date())).collect();
    Some((*months.iter().min()?, *months.iter().max()?))
}

#[cfg(test)]
mod tests {
    use cartola_primitives::date;

    use super::{Party, State, check};
    use crate::flow::LEVER;
    use crate::population::Population;
    use crate::world::record::{Posting, Record};

    /// One posting on somebody's account, then the books as `spoil` leaves them.
    fn checked(spoil: impl Fn(&mut State)) -> super::LedgerCheck {
        let population = Population::new(42);
        let account = population.accounts(population.somebody(1))[0].key;
        let booked = date(2026, 11, 20).at(12, 0, 0, 0);
        let mut state = State::default();
        state.apply(Record::Posted(Posting {
            id: 0,
            from: Party::of(LEVER),
            to: Party::Account(account),
            amount: 1_000,
            currency: account.product.currency(),
            occurred: booked,
            booked,
            glosas: Default::default(),
            document: None,
        }));
        spoil(&mut state);
        check(population, &state)
    }

    #[test]
    fn what_was_posted_balances() {
        let check = checked(|_| {});
        assert!(check.balanced && check.accounts == 1, "{check:?}");
    }

    #[test]
    fn money_from_nowhere_is_told() {
        let check = checked(|state| {
            let (_, amount) = state.books.iter_mut().next().unwrap();
            *amount += 7;
        });
        assert!(!check.balanced);
        assert_eq!(check.difference.get("CLP"), Some(&7));
    }

    #[test]
    fn a_history_that_does_not_lead_to_the_books_is_told() {
        let check = checked(|state| {
            let acted = state.accounts.values_mut().next().unwrap();
            let twice = acted.postings[0].clone();
            acted.postings.push(twice);
        });
        assert!(!check.balanced && check.difference.is_empty());
        assert_eq!(check.broken.len(), 1);
    }
}
