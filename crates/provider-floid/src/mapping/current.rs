//! The current dialect.

use cartola_model::records::{Beneficiary, CardAmounts, CreditCard, CreditLine};
use cartola_model::{AccountKind, BalanceKind, BalanceReading, Movement, MovementStatus, glosa};
use cartola_primitives::{Currency, Money, Rut};

use crate::wire::{
    AccountData, AccountHistory, Amount, CardData, ContactData, ContactsData, TransactionData,
};

/// What a card is called of which the bank says nothing more.
const CARD: &str = "Tarjeta de crédito";

/// What a line is called: banks give it no name.
const LINE: &str = "Línea de crédito";

/// An account with its balances.
pub struct AccountSource<'a> {
    /// Its number, as the bank writes it.
    pub number: &'a str,
    /// What it is.
    pub kind: AccountKind,
    /// Its currency.
    pub currency: Currency,
    /// One of each kind that the bank tells.
    pub balances: &'a [BalanceReading],
}

/// An account with its movements, in the order in which they are told.
pub struct HistorySource<'a, Text> {
    /// Its number, as the bank writes it.
    pub number: &'a str,
    /// Its currency.
    pub currency: Currency,
    /// What came and went.
    pub movements: &'a [&'a Movement<Text>],
}

/// An account of `products`.
pub fn account(source: &AccountSource<'_>) -> AccountData {
    let balance = |kind| {
        source.balances.iter().find(|reading| reading.kind == kind).map(|reading| reading.amount)
    };
    let balance = balance(BalanceKind::Available).or_else(|| balance(BalanceKind::Ledger));
    AccountData {
        number: source.number.to_owned(),
        name: name_of(source.kind),
        currency: source.currency.code(),
        balance: balance.map(Amount::of),
    }
}

const fn name_of(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Checking => "corriente",
        AccountKind::Sight => "vista",
        AccountKind::Rut => "rut",
        AccountKind::Savings => "ahorro",
        AccountKind::ElectronicChequebook => "chequera_electronica",
        AccountKind::CreditCard => "tarjeta",
        AccountKind::CreditLine => "linea",
    }
}

/// An account of `transactions`. What its bank no longer has is left out.
pub fn account_history<Text: AsRef<str>>(source: &HistorySource<'_, Text>) -> AccountHistory {
    let standing = source.movements.iter().filter(|row| row.status != MovementStatus::Removed);
    AccountHistory {
        account_number: source.number.to_owned(),
        currency: source.currency.code(),
        transactions: standing.map(|movement| transaction(movement)).collect(),
    }
}

fn transaction<Text: AsRef<str>>(movement: &Movement<Text>) -> TransactionData {
    let (amount, currency) = (movement.amount.minor(), movement.amount.currency());
    let money = |minor| Amount::of(Money::new(minor, currency));
    TransactionData {
        date: movement.booked_on.to_string(),
        description: glosa::clean(movement.glosa.as_ref()).into_owned(),
        came: money(amount.max(0)),
        went: money(amount.min(0).saturating_neg()),
        balance: movement.balance_after.map(money),
    }
}

/// Cards: one row for each currency that may be used.
pub fn cards(told: &[CreditCard]) -> Vec<CardData> {
    let rows = |card: &CreditCard| {
        let name = card.product_name.as_ref().or(card.brand.as_ref());
        let name = name.map_or(CARD, String::as_str).to_owned();
        let amounts = [&card.national, &card.international].into_iter().flatten();
        amounts.map(|used| row(&name, &card.number, used)).collect::<Vec<_>>()
    };
    told.iter().flat_map(rows).collect()
}

/// Credit lines.
pub fn lines(told: &[CreditLine]) -> Vec<CardData> {
    let amounts = |line: &CreditLine| CardAmounts {
        limit: line.limit,
        used: line.used,
        available: line.available,
    };
    told.iter().map(|line| row(LINE, &line.number, &amounts(line))).collect()
}

fn row(name: &str, number: &str, amounts: &CardAmounts) -> CardData {
    CardData {
        name: name.to_owned(),
        number: number.to_owned(),
        currency: amounts.limit.currency().code(),
        total: Amount::of(amounts.limit),
        used: Amount::of(amounts.used),
        available: Amount::of(amounts.available),
    }
}

/// Those whom transfers may go to.
pub fn contacts(told: &[Beneficiary]) -> ContactsData {
    let contact = |known: &Beneficiary| ContactData {
        name: known.name.clone(),
        rut: known.rut.as_ref().map(Rut::compact),
        bank: known.bank_name.clone(),
        account: known.account_number.clone(),
        email: known.email.clone(),
    };
    ContactsData { contacts: told.iter().map(contact).collect() }
}
