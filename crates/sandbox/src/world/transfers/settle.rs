//! Whether a transfer can be made, and making it.

use cartola_model::{AccountKind, AccountNumber, TransferFailure};
use cartola_primitives::{Clock, santiago};

use crate::account::Account;
use crate::flow::{Detail, Kind};
use crate::key::AccountKey;
use crate::month::Month;
use crate::scenario::Scenario;
use crate::world::log::LogError;
use crate::world::overlay;
use crate::world::record::{Customer, Hidden, Party, Posting};
use crate::world::transfer::{Order, Stage, Transfer, TransferKey, Turn};
use crate::world::{Kept, World};
use crate::{glosa, movement, payee, residents, shown};

use super::{is_held, turn};

/// The least that is transferred, in pesos.
pub(crate) const LEAST: i64 = 100;
/// The most that a person transfers at once, in pesos.
const MOST_OF_PERSON: i64 = 5_000_000;
/// The most that a company transfers at once.
const MOST_OF_COMPANY: i64 = 50_000_000;
/// The most in a day is so many times that.
const TIMES_A_DAY: i64 = 5;

/// What the bank hears of only now, with the token that approved it before.
pub(super) struct First<'a> {
    pub pass: Option<&'a str>,
}

impl World {
    /// Why the bank makes no such transfer, as far as it knows now.
    pub(super) fn refused(
        &self,
        kept: &Kept,
        customer: &Customer,
        order: &Order,
    ) -> Option<TransferFailure> {
        if self.payee(order).is_none() {
            return Some(TransferFailure::UnknownPayee);
        }
        let scenario = self.population.scenario(customer.rut);
        if scenario == Some(Scenario::OverLimit) || is_beyond_limits(self, kept, customer, order) {
            return Some(TransferFailure::LimitExceeded);
        }
        let is_poor = scenario == Some(Scenario::InsufficientFunds);
        let lacks_funds =
            is_poor || self.funds(kept, order.from).is_none_or(|funds| funds < order.amount);
        lacks_funds.then_some(TransferFailure::InsufficientFunds)
    }

    /// Moves the money if it can be moved now, in the record that says so; also the first one of it.
    pub(super) fn settle(
        &self,
        kept: &mut Kept,
        key: &TransferKey,
        order: &Order,
        first: Option<First<'_>>,
    ) -> Result<Transfer, LogError> {
        let at = self.now();
        let told = first.as_ref().map(|_| order.clone());
        let pass = first.and_then(|first| first.pass).map(|token| Hidden(token.to_owned()));
        let failed = |reason| (Stage::Failed { reason, at }, None);
        let (stage, posting) = if is_held(kept, &key.customer) {
            (Stage::Approved { at }, None)
        } else if let Some(reason) = self.refused(kept, &key.customer, order) {
            failed(reason)
        } else {
            let posting = self.posting(kept, key, order);
            posting.map_or_else(
                || failed(TransferFailure::UnknownPayee),
                |posting| (Stage::Settled { at }, Some(posting)),
            )
        };
        turn(kept, Turn { order: told, posting, pass, ..Turn::to(key, stage) })
    }

    /// What the account may pay now: its own money, and what was agreed beyond it.
    fn funds(&self, kept: &Kept, key: AccountKey) -> Option<i64> {
        let account = self.population.account(key)?;
        let (now, acted) = (self.local_now(), kept.state.acted(key));
        let month = Month::of(now.date());
        let drawn = overlay::months(self.population, &account, &acted, (month, month.plus(1)));
        let balance = shown::balance(&drawn.movements, drawn.opening, account.limit, now);
        Some(balance.available + balance.limit)
    }

    /// Whose account is paid: one of the box that its holder has, or that of somebody whom people of
    /// the box pay and who lives outside it.
    fn payee(&self, order: &Order) -> Option<Party> {
        let number = AccountNumber::parse(&order.to_account).ok()?;
        match self.population.find(&number) {
            Some(account) => {
                let is_meant = account.key.bank.id() == &order.to_bank
                    && order.to_rut.is_none_or(|rut| account.holders.contains(&rut))
                    && account.key != order.from
                    && takes_transfers(&account);
                is_meant.then_some(Party::Account(account.key))
            }
            None => self.stranger(order, &number),
        }
    }

    fn stranger(&self, order: &Order, number: &AccountNumber) -> Option<Party> {
        let name = order.to_name.as_ref()?;
        let payee = payee::of(self.population.seed(), name);
        let theirs = AccountNumber::parse(&payee.account).ok()?;
        let is_theirs = theirs.identity() == number.identity()
            && payee.bank.id() == &order.to_bank
            && order.to_rut.is_none_or(|rut| rut == payee.rut);
        is_theirs.then(|| Party::System(format!("service:{name}")))
    }

    /// The money on both its sides, as both banks print it. The account and the payee exist.
    fn posting(&self, kept: &Kept, key: &TransferKey, order: &Order) -> Option<Posting> {
        let (to, now) = (self.payee(order)?, self.local_now());
        Some(Posting {
            id: kept.state.postings,
            from: Party::Account(order.from),
            amount: order.amount,
            currency: order.from.product.currency(),
            occurred: now,
            // Transfers go through around the clock, and are money at once.
            booked: now,
            glosas: self.glosas(order, &to),
            document: None,
            transfer: Some(key.code()),
            to,
        })
    }

    fn glosas(&self, order: &Order, to: &Party) -> (String, String) {
        let is_own = to.account().is_some_and(|to| to.owner == order.from.owner);
        let kind = if is_own { Kind::Own } else { Kind::Transfer };
        let detail = Detail::default();
        let seed = self.population.seed();
        let payer = movement::other_of(seed, order.from);
        let Some(to) = to.account() else {
            let name = order.to_name.clone().unwrap_or_default();
            let other = glosa::Other { name, rut: order.to_rut, bank: "" };
            let sent = glosa::of(order.from.bank.row(), kind, false, &detail, &other);
            return (sent.clone(), sent);
        };
        let receiver = movement::other_of(seed, to);
        (
            glosa::of(order.from.bank.row(), kind, false, &detail, &receiver),
            glosa::of(to.bank.row(), kind, true, &detail, &payer),
        )
    }
}

/// Pesos, and money: no card, no credit line.
fn takes_transfers(account: &Account) -> bool {
    let product = account.key.product;
    product.currency() == cartola_primitives::Currency::CLP
        && !matches!(product.kind(), AccountKind::CreditCard | AccountKind::CreditLine)
}

fn is_beyond_limits(world: &World, kept: &Kept, customer: &Customer, order: &Order) -> bool {
    let is_company = residents::is_company(customer.rut);
    let most = if is_company { MOST_OF_COMPANY } else { MOST_OF_PERSON };
    let today = world.local_now().date();
    let settled_today = |(_, transfer): (&TransferKey, &Transfer)| match transfer.stage {
        Stage::Settled { at } if santiago::date_of(at) == today => {
            transfer.order.as_ref().map(|order| order.amount)
        }
        _ => None,
    };
    let sent: i64 = super::of_customer(kept, customer).filter_map(settled_today).sum();
    !(LEAST..=most).contains(&order.amount) || sent + order.amount > most * TIMES_A_DAY
}
