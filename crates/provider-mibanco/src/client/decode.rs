//! Answers. Pure: bytes in, canonical values out.

use cartola_connector::session::{
    Account, AccountBalances, DayRange, PageCursor, RawAnswer, Reading, RecordReading,
    StatementPage, StatementQuery,
};
use cartola_connector::{Answer, ConnectorError, ErrorKind, Holder};
use cartola_model::records::Transfer;
use cartola_primitives::{Rut, santiago};
use serde::de::DeserializeOwned;

use super::encode::{ACCOUNTS, BALANCES, STATEMENT, TRANSFERS};
use super::map::Told;
use super::refusal::refusal;
use super::{STATEMENT_LAYOUT, map};
use crate::wire::{self, SessionResponse, StatementResponse, TransfersResponse};

/// Most accounts that one customer is believed to have.
pub const MAX_ACCOUNTS: usize = 200;

/// An opened or renewed session. Its answer is not kept: it has tokens in it.
pub fn session(
    operation: &'static str,
    answer: &Answer,
) -> Result<SessionResponse, ConnectorError> {
    success(operation, answer)
}

/// The end of a session. One that has ended already is as good.
pub fn closed(operation: &'static str, answer: &Answer) -> Result<(), ConnectorError> {
    if answer.status.is_success() {
        return Ok(());
    }
    match refusal(operation, answer) {
        error if error.kind == ErrorKind::SessionEnded => Ok(()),
        error => Err(error),
    }
}

/// What is told of a product in one answer. That the customer has no such product is told as a record
/// of nothing, where there is one.
pub(super) fn record<T: Told>(
    operation: &'static str,
    answer: &Answer,
) -> Result<RecordReading, ConnectorError> {
    let record = match success::<T>(operation, answer) {
        Ok(told) => told.record().map_err(|reason| invalid(operation, reason))?,
        Err(error) if error.kind == ErrorKind::NoSuchProduct => T::nothing().ok_or(error)?,
        Err(error) => return Err(error),
    };
    Ok(RecordReading { record, raw: vec![raw(operation, answer)] })
}

/// A page of transfers, oldest first, and how many pages there are. None where the customer has no
/// such product.
pub fn transfers(
    answer: &Answer,
    days: DayRange,
    number: u32,
    holder: Option<Rut>,
) -> Result<Option<TransferPage>, ConnectorError> {
    let page: TransfersResponse = match success(TRANSFERS, answer) {
        Ok(page) => page,
        Err(error) if error.kind == ErrorKind::NoSuchProduct => return Ok(None),
        Err(error) => return Err(error),
    };
    check_transfers(&page, days, number).map_err(|reason| invalid(TRANSFERS, reason))?;
    let transfers = page.transfers.into_iter().map(|told| map::transfer(told, holder));
    Ok(Some(TransferPage {
        transfers: transfers.collect(),
        is_last: number >= page.total_pages,
        raw: raw(TRANSFERS, answer),
    }))
}

/// A page of transfers.
pub struct TransferPage {
    /// Oldest first.
    pub transfers: Vec<Transfer>,
    /// Whether none follows.
    pub is_last: bool,
    /// As it came.
    pub raw: RawAnswer,
}

fn check_transfers(
    page: &TransfersResponse,
    days: DayRange,
    number: u32,
) -> Result<(), &'static str> {
    let made = |told: &wire::Transfer| santiago::date_of(told.occurred_at);
    if page.page != number {
        Err("the page has another number than was asked for")
    } else if page.transfers.len() > wire::MAX_PAGE_SIZE as usize {
        Err("the page has more transfers than were asked for")
    } else if page.transfers.iter().any(|told| !days.contains(made(told))) {
        Err("a transfer is of a day that was not asked for")
    } else if page.transfers.iter().any(|told| told.amount < 0) {
        Err("a transfer has an amount below zero")
    } else {
        Ok(())
    }
}

/// The customer's accounts.
pub fn accounts(answer: &Answer, holder: &Holder) -> Result<Reading<Vec<Account>>, ConnectorError> {
    let wire::Accounts { accounts } = success(ACCOUNTS, answer)?;
    limited(ACCOUNTS, accounts.len())?;
    let accounts = accounts.into_iter().map(|account| map::account(account, holder)).collect();
    Ok(reading(ACCOUNTS, answer, accounts))
}

/// The balances of the customer's accounts.
pub fn balances(answer: &Answer) -> Result<Reading<Vec<AccountBalances>>, ConnectorError> {
    let wire::Balances { balances } = success(BALANCES, answer)?;
    limited(BALANCES, balances.len())?;
    let balances = balances.into_iter().map(map::balances).collect();
    Ok(reading(BALANCES, answer, balances))
}

/// The page of that number, which must be the one that was asked for.
pub fn statement(
    answer: &Answer,
    query: &StatementQuery<'_>,
    number: u32,
) -> Result<Reading<StatementPage>, ConnectorError> {
    let page: StatementResponse = success(STATEMENT, answer)?;
    check_page(&page, query, number).map_err(|reason| invalid(STATEMENT, reason))?;
    let next = (number < page.total_pages).then(|| PageCursor((number + 1).to_string()));
    let lines = map::lines(page.transactions, number);
    let page = StatementPage { layout: STATEMENT_LAYOUT, lines, next };
    Ok(reading(STATEMENT, answer, page))
}

fn check_page(
    page: &StatementResponse,
    query: &StatementQuery<'_>,
    number: u32,
) -> Result<(), &'static str> {
    let foreign = |line: &wire::Transaction| line.currency != query.account.currency;
    if page.account_id.identity() != query.account.number.identity() {
        Err("the page is of another account than was asked for")
    } else if page.page != number {
        Err("the page has another number than was asked for")
    } else if page.transactions.len() > wire::MAX_PAGE_SIZE as usize {
        Err("the page has more transactions than were asked for")
    } else if page.transactions.iter().any(foreign) {
        Err("a transaction is in another currency than its account")
    } else if page.transactions.iter().any(|line| !query.days.contains(line.date)) {
        Err("a transaction is of a day that was not asked for")
    } else if !is_oldest_first(&page.transactions) {
        Err("the booked transactions are not in the order of their days")
    } else {
        Ok(())
    }
}

fn is_oldest_first(transactions: &[wire::Transaction]) -> bool {
    let booked = transactions.iter().filter(|line| line.is_booked()).map(|line| line.date);
    booked.is_sorted()
}

fn limited(operation: &'static str, accounts: usize) -> Result<(), ConnectorError> {
    if accounts <= MAX_ACCOUNTS {
        Ok(())
    } else {
        Err(invalid(operation, "the answer has more accounts than one customer has"))
    }
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
        let reason =
            format!("the answer is not what the bank promises, line {line} column {column}");
        ConnectorError::new(ErrorKind::AnswerInvalid, operation, reason)
    })
}

pub(super) fn invalid(operation: &'static str, reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::AnswerInvalid, operation, reason)
}

fn reading<T>(operation: &'static str, answer: &Answer, value: T) -> Reading<T> {
    Reading { value, raw: raw(operation, answer) }
}

fn raw(operation: &'static str, answer: &Answer) -> RawAnswer {
    RawAnswer { operation, body: answer.body.clone() }
}
