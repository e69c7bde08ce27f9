//! From the bank's words to canonical ones. One function for each record.

mod credit;
mod customer;
mod invest;
mod operations;
mod told;
mod transfer;

use cartola_connector::session::{Account, AccountBalances};
use cartola_connector::{Holder, Line, Place};
use cartola_model::movement::MovementDetails;
use cartola_model::{
    AccountKind, BalanceKind, BalanceReading, Counterparty, MovementStatus, Observation,
};
use cartola_primitives::{Money, santiago};

pub(super) use credit::PlansOfCards;
pub(super) use told::Told;
pub(super) use transfer::transfer;

use crate::wire::{
    self, AccountType, Channel, MAX_PAGE_SIZE, StatementCounterparty, Transaction, bank_named,
};

pub(super) fn account(account: wire::Account, holder: &Holder) -> Account {
    Account {
        number: account.account_id,
        kind: kind(&account.account_type),
        currency: account.currency,
        alias: account.alias,
        holder: holder.clone(),
    }
}

const fn kind(word: &AccountType) -> Option<AccountKind> {
    match word {
        AccountType::Checking => Some(AccountKind::Checking),
        AccountType::Sight => Some(AccountKind::Sight),
        AccountType::Rut => Some(AccountKind::Rut),
        AccountType::Savings => Some(AccountKind::Savings),
        AccountType::ElectronicChequebook => Some(AccountKind::ElectronicChequebook),
        AccountType::Other(_) => None,
    }
}

pub(super) fn balances(balance: wire::Balance) -> AccountBalances {
    let as_of = santiago::date_of(balance.as_of);
    let reading =
        |kind, minor| BalanceReading { kind, amount: Money::new(minor, balance.currency), as_of };
    let readings = vec![
        reading(BalanceKind::Available, balance.available),
        reading(BalanceKind::Ledger, balance.ledger),
        reading(BalanceKind::Overdraft, balance.overdraft),
    ];
    AccountBalances { number: balance.account_id, currency: balance.currency, readings }
}

/// The lines of a page, each placed by its number in the statement.
pub(super) fn lines(transactions: Vec<Transaction>, page: u32) -> Vec<Line> {
    let before = u64::from(page.saturating_sub(1)) * u64::from(MAX_PAGE_SIZE);
    (before + 1..).zip(transactions).map(|(number, line)| self::line(number, line)).collect()
}

fn line(number: u64, transaction: Transaction) -> Line {
    let status =
        if transaction.is_booked() { MovementStatus::Booked } else { MovementStatus::Pending };
    let observation = Observation {
        booked_on: transaction.date,
        value_on: None,
        amount: Money::new(transaction.amount, transaction.currency),
        balance_after: transaction.balance_after,
        status,
        glosa: transaction.description,
        details: MovementDetails {
            reference: transaction.reference,
            channel: transaction.channel.as_ref().map(channel),
            ..MovementDetails::default()
        },
    };
    let counterparty = transaction.counterparty.map(counterparty).filter(|side| !side.is_empty());
    Line { place: Place::Transaction(number), observation: observation.into(), counterparty }
}

/// As statement files print it. A word that is not known stays as it is.
fn channel(word: &Channel) -> String {
    match word {
        Channel::Tef => "TEF",
        Channel::Internet => "Internet",
        Channel::Card => "Tarjeta",
        Channel::Atm => "Cajero",
        Channel::Branch => "Sucursal",
        Channel::Automatic => "Automático",
        Channel::Other(word) => word,
    }
    .to_owned()
}

fn counterparty(side: StatementCounterparty) -> Counterparty {
    let bank = side.bank.as_deref().and_then(bank_named);
    Counterparty { name: side.name, rut: side.rut, account: side.account, bank }
}
