//! Answers. Pure: bytes in, canonical values out.

use cartola_connector::session::{Account, AccountBalances, DayRange};
use cartola_connector::{Answer, ConnectorError, ErrorKind, Holder, Line, Place};
use cartola_model::movement::MovementDetails;
use cartola_model::{AccountNumber, BalanceKind, BalanceReading, MovementStatus, Observation};
use cartola_primitives::{Currency, Date, Money, Timestamp, santiago};
use serde::de::DeserializeOwned;

use super::accounts::Named;
use super::encode::{BALANCE, PAGE, STATEMENT, TOKEN};
use super::refusal::refusal;
use crate::wire::{BalanceType, MovementType, told};

/// A token. Its answer is not kept.
pub fn token(answer: &Answer) -> Result<told::Token, ConnectorError> {
    success(TOKEN, answer)
}

/// An account that was named, with what is on it. Where no balance is told, it is in the currency that
/// it was named with, or else in pesos: an amount that no peso has is refused then.
pub fn account(
    answer: &Answer,
    named: &Named,
    holder: &Holder,
    today: Date,
) -> Result<(Account, AccountBalances), ConnectorError> {
    let told: told::Statement = success(BALANCE, answer)?;
    check_account(BALANCE, &told, &named.number)?;
    let as_of = day_of_balance(&told, today)?;
    let kind = kind_of_balance(&told)?;
    let balance = told.balance.map(|balance| on_account(&balance, named)).transpose()?;
    let currency = balance.map(|money| money.currency()).or(named.currency);
    let currency = currency.unwrap_or(Currency::CLP);
    let readings = balance.map(|amount| BalanceReading { kind, amount, as_of });
    let (number, kind) = (named.number.clone(), Some(named.kind));
    let balances = AccountBalances {
        number: number.clone(),
        currency,
        readings: readings.into_iter().collect(),
    };
    Ok((Account { number, kind, currency, alias: None, holder: holder.clone() }, balances))
}

/// The day that a balance is of: today, unless another one is told. None is of a day to come.
fn day_of_balance(told: &told::Statement, today: Date) -> Result<Date, ConnectorError> {
    let Some(text) = &told.balance_as_of else { return Ok(today) };
    let as_of = day(text).filter(|as_of| *as_of <= today);
    as_of.ok_or_else(|| invalid(BALANCE, "the balance is of a day that cannot be"))
}

/// What a balance counts: what is available, unless another word is told.
fn kind_of_balance(told: &told::Statement) -> Result<BalanceKind, ConnectorError> {
    match told.balance_type.as_deref() {
        None => Ok(BalanceKind::Available),
        Some(word) if word == BalanceType::Booked.word() => Ok(BalanceKind::Ledger),
        Some(_) => Err(invalid(BALANCE, "the balance is of a type that is not known")),
    }
}

fn on_account(told: &told::Balance, named: &Named) -> Result<Money, ConnectorError> {
    let currency = Currency::parse(&told.currency)
        .map_err(|_| invalid(BALANCE, "the balance is in a currency that is not known"))?;
    if named.currency.is_some_and(|named| named != currency) {
        let reason = "the account is in another currency than it was named with";
        return Err(ConnectorError::new(ErrorKind::RequestInvalid, BALANCE, reason));
    }
    told.amount.money(currency).map_err(|_| invalid(BALANCE, NO_AMOUNT))
}

const NO_AMOUNT: &str = "an amount is none of the account's currency";

/// A page of movements as it was told, and where the next one begins.
pub struct Page {
    /// In the order in which they were told.
    pub lines: Vec<(Date, Observation)>,
    /// `cursor` of the next page.
    pub next: Option<String>,
}

/// A page of movements of an account.
pub fn page(answer: &Answer, account: &Account, days: DayRange) -> Result<Page, ConnectorError> {
    let told: told::Statement = success(STATEMENT, answer)?;
    check_account(STATEMENT, &told, &account.number)?;
    if told.movements.len() > PAGE {
        return Err(invalid(STATEMENT, "the page has more movements than were asked for"));
    }
    let is_foreign = |balance: &told::Balance| balance.currency != account.currency.code();
    if told.balance.as_ref().is_some_and(is_foreign) {
        return Err(invalid(STATEMENT, "the account is in another currency than before"));
    }
    let lines = told.movements.into_iter().map(|movement| observed(movement, account.currency));
    let lines: Vec<_> = lines.collect::<Result<_, _>>()?;
    if lines.iter().any(|(day, _)| !days.contains(*day)) {
        return Err(invalid(STATEMENT, "a movement is of a day that was not asked for"));
    }
    Ok(Page { lines, next: told.next_cursor })
}

fn check_account(
    operation: &'static str,
    told: &told::Statement,
    asked: &AccountNumber,
) -> Result<(), ConnectorError> {
    let is_asked = AccountNumber::parse(&told.account_id)
        .is_ok_and(|number| number.identity() == asked.identity());
    let foreign = || invalid(operation, "the answer is of another account than was asked for");
    is_asked.then_some(()).ok_or_else(foreign)
}

fn observed(
    told: told::Movement,
    currency: Currency,
) -> Result<(Date, Observation), ConnectorError> {
    let booked_on =
        day(&told.date).ok_or_else(|| invalid(STATEMENT, "a movement has a date that is none"))?;
    let amount = told.amount.money(currency).map_err(|_| invalid(STATEMENT, NO_AMOUNT))?;
    let details =
        MovementDetails { channel: told.kind.as_deref().and_then(channel), ..<_>::default() };
    let observation = Observation {
        booked_on,
        value_on: None,
        amount,
        balance_after: None,
        status: MovementStatus::Booked,
        glosa: told.description,
        details,
    };
    Ok((booked_on, observation))
}

/// A day, or the day in Santiago of an instant.
fn day(text: &str) -> Option<Date> {
    let of_instant = || text.parse::<Timestamp>().ok().map(santiago::date_of);
    text.parse::<Date>().ok().filter(|_| text.len() == DAY).or_else(of_instant)
}

/// Characters of `YYYY-MM-DD`.
const DAY: usize = 10;

/// As statement files print it. A word that is not known stays as it is; one that says no more than
/// the sign of the amount is left out.
fn channel(word: &str) -> Option<String> {
    let printed = match MovementType::parse(word) {
        Some(MovementType::Transfer) => "TEF",
        Some(MovementType::Purchase) => "Tarjeta",
        Some(MovementType::Withdrawal) => "Cajero",
        Some(MovementType::Credit | MovementType::Debit) => return None,
        None => word,
    };
    Some(printed.to_owned())
}

/// The lines of some days, oldest first, placed by their numbers after `before` others. The document
/// shows no order: one that runs from the newest to the oldest is turned, any other is put in the order
/// of the days, with the lines of a day left as they came.
pub fn in_order(mut told: Vec<(Date, Observation)>, before: u64) -> Vec<Line> {
    if !told.is_sorted_by_key(|(day, _)| *day) {
        if told.iter().rev().is_sorted_by_key(|(day, _)| *day) {
            told.reverse();
        }
        told.sort_by_key(|(day, _)| *day);
    }
    let placed = (before + 1..).zip(told);
    let line = |(number, (_, observation)): (u64, (Date, Observation))| Line {
        place: Place::Transaction(number),
        observation: observation.into(),
        counterparty: None,
    };
    placed.map(line).collect()
}

pub(super) fn success<T: DeserializeOwned>(
    operation: &'static str,
    answer: &Answer,
) -> Result<T, ConnectorError> {
    if !answer.status.is_success() {
        return Err(refusal(operation, answer));
    }
    serde_json::from_slice(&answer.body).map_err(|error| {
        // The text of the error may quote the answer, its place does not.
        let (line, column) = (error.line(), error.column());
        let reason = format!("the answer is not what was promised, line {line} column {column}");
        ConnectorError::new(ErrorKind::AnswerInvalid, operation, reason)
    })
}

pub(super) fn invalid(operation: &'static str, reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::AnswerInvalid, operation, reason)
}
