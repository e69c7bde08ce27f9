//! The proof that no money appeared or vanished.

use std::collections::{BTreeMap, BTreeSet};

use cartola_primitives::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use crate::flow::FlowId;
use crate::key::AccountKey;
use crate::month::Month;
use crate::movement::Movement;
use crate::population::Population;

use super::overlay;
use super::record::Party;
use super::state::{Acted, State};
use super::transfer::Stage;

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
    /// Transfers that have settled.
    pub transfers: usize,
    /// Transfers for which not just the money moved that should have, by what their banks call them.
    pub mispaid: Vec<String>,
}

/// Proves four things. Over all accounts, of people and of the system, what was done sums to zero
/// in every currency. For each account that was acted on, its months chain, and what they add to
/// the base history is what the books say. Both sides of what passed between two people agree. And each
/// transfer that settled moved its money once, and no other any.
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
    let mut sides = Sides { population, state, drawn: BTreeMap::new() };
    let broken: Vec<String> = state
        .accounts
        .iter()
        .filter(|(key, acted)| !holds(&mut sides, **key, acted))
        .map(|(key, _)| population.account(*key).map_or_else(String::new, |a| a.number.mask()))
        .collect();
    let (transfers, mispaid) = paid(state);
    LedgerCheck {
        balanced: difference.is_empty() && broken.is_empty() && mispaid.is_empty(),
        accounts: state.accounts.len(),
        difference,
        broken,
        transfers,
        mispaid,
    }
}

/// How many transfers have settled, and for which what left accounts is not what was ordered.
fn paid(state: &State) -> (usize, Vec<String>) {
    let settled = state.transfers.iter().filter_map(|(key, transfer)| match transfer.stage {
        Stage::Settled { .. } => {
            let order = transfer.order.as_ref()?;
            let has_moved = order.amount > 0;
            has_moved.then(|| (key.code_of(&order.what), vec![(order.from, order.amount)]))
        }
        _ => None,
    });
    let ordered: BTreeMap<String, Vec<(AccountKey, i64)>> = settled.collect();
    let mut moved: BTreeMap<String, Vec<(AccountKey, i64)>> = BTreeMap::new();
    for (key, acted) in &state.accounts {
        for posting in acted.postings.iter().filter(|each| each.from.account() == Some(*key)) {
            if let Some(code) = &posting.transfer {
                moved.entry(code.clone()).or_default().push((*key, posting.amount));
            }
        }
    }
    let codes: BTreeSet<&String> = ordered.keys().chain(moved.keys()).collect();
    let mispaid = codes.into_iter().filter(|code| ordered.get(*code) != moved.get(*code)).cloned();
    (ordered.len(), mispaid.collect())
}

fn holds(sides: &mut Sides<'_>, key: AccountKey, acted: &Acted) -> bool {
    let (population, state) = (sides.population, sides.state);
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
    let postings = acted.postings.iter().map(|each| each.flow());
    let done: BTreeSet<FlowId> = postings.chain(acted.changes.keys().copied()).collect();
    balance == Some(base + booked.copied().unwrap_or_default())
        && movements.iter().filter(|each| done.contains(&each.flow)).all(|movement| {
            let said = movement.other.customer().map(|other| sides.said(other, movement));
            said.is_none_or(|said| said == Some((-movement.amount.minor(), Some(key))))
        })
}

/// What accounts say of their movements, each month drawn up once: a shop's is asked for by everybody
/// who paid there.
struct Sides<'a> {
    population: Population,
    state: &'a State,
    drawn: BTreeMap<(AccountKey, Month), BTreeMap<FlowId, Said>>,
}

/// An amount, and the account on the other side.
type Said = (i64, Option<AccountKey>);

impl Sides<'_> {
    /// What an account says of a movement that another one has.
    fn said(&mut self, key: AccountKey, movement: &Movement) -> Option<Said> {
        let month = Month::of(movement.booked.date());
        let (population, state) = (self.population, self.state);
        let draw = || {
            let Some(account) = population.account(key) else { return BTreeMap::new() };
            let shown = overlay::months(population, &account, &state.acted(key), (month, month));
            let said = |each: Movement| (each.flow, (each.amount.minor(), each.other.customer()));
            shown.movements.into_iter().map(said).collect()
        };
        self.drawn.entry((key, month)).or_insert_with(draw).get(&movement.flow).copied()
    }
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
    use cartola_model::EndToEndId;
    use cartola_primitives::date;

    use super::{AccountKey, Party, Stage, State, check};
    use crate::flow::LEVER;
    use crate::population::Population;
    use crate::world::record::{Customer, Posting, Record};
    use crate::world::transfer::{Order, Transfer, TransferKey, What};

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
            transfer: None,
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

    /// A transfer of the account's owner that has settled.
    fn add_settled(state: &mut State, from: AccountKey) -> TransferKey {
        let customer = Customer { rut: from.owner, institution: from.bank.id().to_string() };
        let key = TransferKey { customer, id: EndToEndId::from_bytes([7; 16]) };
        let order = Order {
            from,
            to_bank: from.bank.id().clone(),
            to_account: "1".to_owned(),
            to_rut: None,
            to_name: None,
            amount: 1_000,
            comment: None,
            what: What::Transfer,
        };
        let at = "2026-11-20T15:00:00Z".parse().unwrap();
        let transfer = Transfer { order: Some(order), stage: Stage::Settled { at } };
        state.transfers.insert(key.clone(), transfer);
        key
    }

    /// The books after a transfer that moved its money so many times.
    fn paid(times: usize) -> super::LedgerCheck {
        checked(|state| {
            let account = *state.accounts.keys().next().unwrap();
            let key = add_settled(state, account);
            let mut posting = Posting::clone(&state.accounts[&account].postings[0]);
            (posting.from, posting.to) = (posting.to, posting.from);
            posting.transfer = Some(key.code());
            for id in 1..=times {
                posting.id = u32::try_from(id).unwrap();
                state.apply(Record::Posted(posting.clone()));
            }
        })
    }

    #[test]
    fn a_transfer_that_moved_its_money_twice_or_not_at_all_is_told() {
        for (times, mispaid) in [(0, 1), (1, 0), (2, 1)] {
            let check = paid(times);
            assert_eq!((check.transfers, check.mispaid.len()), (1, mispaid), "{times} times");
            assert_eq!(check.balanced, mispaid == 0);
        }
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
