//! Answers. Pure: bytes in, canonical values out.

use cartola_connector::session::{
    Account, AccountBalances, PageCursor, RawAnswer, Reading, RecordReading, StatementPage,
    StatementQuery,
};
use cartola_connector::{Answer, ConnectorError, ErrorKind, Holder};
use cartola_model::Record;
use serde::de::DeserializeOwned;

use super::encode::{ACCOUNTS, BALANCES, PROFILE, STATEMENT};
use super::refusal::refusal;
use super::{STATEMENT_LAYOUT, map};
use crate::wire::{self, SessionResponse, StatementResponse};

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

/// Who the customer is.
pub fn profile(answer: &Answer) -> Result<RecordReading, ConnectorError> {
    let profile: wire::Profile = success(PROFILE, answer)?;
    let record = Record::Identity(map::profile(profile));
    Ok(RecordReading { record, raw: vec![raw(PROFILE, answer)] })
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

fn success<T: DeserializeOwned>(
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

fn invalid(operation: &'static str, reason: &'static str) -> ConnectorError {
    ConnectorError::new(ErrorKind::AnswerInvalid, operation, reason)
}

fn reading<T>(operation: &'static str, answer: &Answer, value: T) -> Reading<T> {
    Reading { value, raw: raw(operation, answer) }
}

fn raw(operation: &'static str, answer: &Answer) -> RawAnswer {
    RawAnswer { operation, body: answer.body.clone() }
}
