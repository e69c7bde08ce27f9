//! Whether a transfer can be made, and making it.

use cartola_model::{AccountKind, AccountNumber, TransferFailure};
use cartola_primitives::{Clock, santiago};

use crate::account::Account;
use crate::flow::{Detail, Kind};
use crate::key::AccountKey;
use crate::scenario::Scenario;
use crate::world::bills::billed;
use crate::world::log::LogError;
use crate::world::overlay;
use crate::world::record::{Customer, Hidden, Party, Posting};
use crate::world::transfer::{Order, Stage, Transfer, TransferKey, Turn, What};
use crate::world::{CashStage, Kept, World};
use crate::{glosa, movement, payee, residents};

use super::{is_held, turn};

/// The least that is transferred, in pesos.
pub(crate) const LEAST: i64 = 100;
/// The most that a person transfers at once, in pesos.
const MOST_OF_PERSON: i64 = 5_000_000;
/// The most that a company transfers at once.
const MOST_OF_COMPANY: i64 = 50_000_000;
/// The most in a day is so many times that.
const TIMES_A_DAY: i64 = 5;

/// The least cash that is put aside at once, in pesos: what ATMs have notes for.
const LEAST_CASH: i64 = 5_000;
/// The most.
const MOST_CASH: i64 = 200_000;
/// The most in a day, whatever came back of it left out.
const MOST_CASH_A_DAY: i64 = 600_000;
/// It is given in notes of so many pesos and their multiples.
const NOTE: i64 = 1_000;

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
        if let Some(reason) = self.aimless(kept, customer, order) {
            return Some(reason);
        }
        if matches!(order.what, What::Beneficiary { .. }) {
            return None;
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
        } else if order.amount == 0 {
            (Stage::Settled { at }, None)
        } else {
            let posting = self.posting(kept, key, order);
            posting.map_or_else(
                || failed(TransferFailure::UnknownPayee),
                |posting| (Stage::Settled { at }, Some(posting)),
            )
        };
        let has_settled = posting.is_some();
        let cash =
            (has_settled && order.what == What::Withdrawal).then(|| self.put_aside(key, order));
        let undone = match &order.what {
            What::Bill { biller, .. } if has_settled => {
                self.bill_of(kept, key.customer.rut, biller).map(|open| open.by_itself)
            }
            _ => None,
        };
        turn(kept, Turn { order: told, posting, pass, cash, undone, ..Turn::to(key, stage) })
    }

    /// Why there is nobody or nothing that the order is about, where there is not.
    fn aimless(&self, kept: &Kept, customer: &Customer, order: &Order) -> Option<TransferFailure> {
        let is_known = match &order.what {
            What::Transfer | What::Beneficiary { removes: false, .. } => {
                self.payee(order).is_some()
            }
            // Whom they have is for the bank to say, and a second time is as good as the first.
            What::Withdrawal | What::Beneficiary { removes: true, .. } => order.to_rut.is_some(),
            What::Bill { biller, client_number } => {
                let number = self.number_at(customer.rut, biller);
                number.is_some_and(|number| number == client_number.0)
            }
        };
        match &order.what {
            _ if !is_known => Some(TransferFailure::UnknownPayee),
            What::Bill { biller, .. } => {
                let open = self.bill_of(kept, customer.rut, biller);
                let is_owed = open.is_some_and(|open| open.bill.amount == order.amount);
                (!is_owed).then_some(TransferFailure::WrongAmount)
            }
            _ => None,
        }
    }

    /// What the account may pay now: its own money, and what was agreed beyond it.
    fn funds(&self, kept: &Kept, key: AccountKey) -> Option<i64> {
        let account = self.population.account(key)?;
        let acted = kept.state.acted(key);
        let balance = overlay::balance(self.population, &account, &acted, self.local_now());
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
        let (to, now) = (self.receiver(order)?, self.local_now());
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
            transfer: Some(key.code_of(&order.what)),
            to,
        })
    }

    /// Where the money goes.
    fn receiver(&self, order: &Order) -> Option<Party> {
        match &order.what {
            What::Transfer => self.payee(order),
            What::Withdrawal => Some(Self::waiting_cash()),
            What::Bill { biller, .. } => {
                Some(Party::System(format!("service:{}", billed(biller)?)))
            }
            What::Beneficiary { .. } => None,
        }
    }

    fn glosas(&self, order: &Order, to: &Party) -> (String, String) {
        let printed = |kind, what: &'static str| {
            let detail = Detail { what, ..Detail::default() };
            let other = glosa::Other::default();
            let text = glosa::of(order.from.bank.row(), kind, false, &detail, &other);
            (text.clone(), text)
        };
        match &order.what {
            What::Withdrawal => return printed(Kind::CardFree, ""),
            What::Bill { biller, .. } => {
                return printed(Kind::Bill, billed(biller).unwrap_or_default());
            }
            What::Transfer | What::Beneficiary { .. } => {}
        }
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
    if order.what == What::Withdrawal {
        return is_beyond_cash(world, kept, customer, order.amount);
    }
    let is_company = residents::is_company(customer.rut);
    let most = if is_company { MOST_OF_COMPANY } else { MOST_OF_PERSON };
    let today = world.local_now().date();
    if matches!(order.what, What::Bill { .. }) {
        // What is owed is paid whole, whatever is transferred in a day.
        return !(LEAST..=most).contains(&order.amount);
    }
    let settled_today = |(_, transfer): (&TransferKey, &Transfer)| match transfer.stage {
        Stage::Settled { at } if santiago::date_of(at) == today => {
            let transferred = |order: &&Order| order.what == What::Transfer;
            transfer.order.as_ref().filter(transferred).map(|order| order.amount)
        }
        _ => None,
    };
    let sent: i64 = super::of_customer(kept, customer).filter_map(settled_today).sum();
    !(LEAST..=most).contains(&order.amount) || sent + order.amount > most * TIMES_A_DAY
}

/// ATMs give notes, and so much a day.
fn is_beyond_cash(world: &World, kept: &Kept, customer: &Customer, amount: i64) -> bool {
    let today = world.local_now().date();
    let is_of_today = |(key, cash): &(&TransferKey, &crate::world::Cash)| {
        key.customer == *customer
            && santiago::date_of(cash.since) == today
            && matches!(cash.stage, CashStage::Waiting | CashStage::Claimed { .. })
    };
    let put_aside = kept.state.cash.iter().filter(is_of_today);
    let put_aside = put_aside.filter_map(|(key, _)| kept.state.transfers.get(key)?.order.as_ref());
    let sent: i64 = put_aside.map(|order| order.amount).sum();
    !(LEAST_CASH..=MOST_CASH).contains(&amount)
        || amount % NOTE != 0
        || sent + amount > MOST_CASH_A_DAY
}
