//! A session: a token, and the accounts that were named.

mod transfers;

use std::collections::HashSet;

use async_trait::async_trait;
use cartola_connector::session::{
    Account, AccountBalances, DayRange, MakeTransfers, PageCursor, ReadAccounts, ReadBalances,
    ReadStatements, Reading, StatementPage, StatementQuery,
};
use cartola_connector::{
    Answer, ConnectorError, Context, Credential, Endpoint, ErrorKind, Holder, Request, Session,
    StatusCode,
};
use cartola_model::Observation;
use cartola_primitives::{Date, Rut};

use super::accounts::{self, Named};
use super::token::Tokens;
use super::transfer::PaysBy;
use super::{Reached, STATEMENT_LAYOUT, decode, encode};

/// Most pages of one month of an account, each of 500 at most. An institution that has more is not
/// believed.
const MAX_PAGES_OF_MONTH: usize = 200;

/// An open session.
pub(super) struct ApiStoreSession {
    endpoint: Endpoint,
    pays_by: PaysBy,
    holder: Holder,
    named: Vec<Named>,
    tokens: Tokens,
}

/// Opens one: gets a token, if the credentials name accounts.
pub(super) async fn open(
    reached: Reached,
    credential: &Credential,
    context: &Context,
) -> Result<ApiStoreSession, ConnectorError> {
    let rut = credential.field("rut").and_then(|written| Rut::parse(written.expose()).ok());
    let named = named(credential)?;
    let Reached { endpoint, pays_by } = reached;
    let tokens = Tokens::begin(kept(credential), &endpoint, context).await?;
    let holder = Holder { rut, name: None };
    Ok(ApiStoreSession { endpoint, pays_by, holder, named, tokens })
}

fn named(credential: &Credential) -> Result<Vec<Named>, ConnectorError> {
    let refused = |reason: String| {
        ConnectorError::new(ErrorKind::RequestInvalid, encode::TOKEN, reason).before_sending()
    };
    let text = credential.field(accounts::FIELD);
    let text = text.ok_or_else(|| refused("the credentials name no accounts".to_owned()))?;
    accounts::parse(text.expose()).map_err(|error| refused(error.to_string()))
}

/// What a token is asked for with: a session may outlive the credentials that it was given.
fn kept(credential: &Credential) -> Credential {
    ["client_id", "client_secret"].into_iter().fold(Credential::default(), |kept, name| {
        match credential.field(name) {
            Some(value) => kept.with(name, value.expose().clone()),
            None => kept,
        }
    })
}

impl ApiStoreSession {
    /// Sends what `make` makes; renews the token once if it is refused.
    async fn call(
        &self,
        make: impl Fn() -> Result<Request, ConnectorError> + Send + Sync,
        context: &Context,
    ) -> Result<Answer, ConnectorError> {
        let (request, generation) = self.tokens.authorise(make()?, &self.endpoint, context).await?;
        let answer = self.endpoint.send(&request, context).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        self.tokens.refused(generation, &self.endpoint, context).await?;
        let (request, _) = self.tokens.authorise(make()?, &self.endpoint, context).await?;
        self.endpoint.send(&request, context).await
    }

    /// Every account that was named, and what is on it.
    async fn all(
        &self,
        context: &Context,
    ) -> Result<(Vec<(Account, AccountBalances)>, Vec<Answer>), ConnectorError> {
        let today = context.today();
        let days = range(today, today)?;
        let (mut all, mut answers) = (Vec::new(), Vec::new());
        for (place, named) in (1..).zip(&self.named) {
            let answer = self.call(|| Ok(encode::balance(&named.number, days)), context).await?;
            let read = decode::account(&answer, named, &self.holder, today);
            all.push(read.map_err(|error| of_account(error, place))?);
            answers.push(answer);
        }
        Ok((all, answers))
    }

    /// Every movement of some days of one month, in the order in which they are told.
    async fn month(
        &self,
        account: &Account,
        days: DayRange,
        context: &Context,
    ) -> Result<(Vec<(Date, Observation)>, Vec<Answer>), ConnectorError> {
        let (mut lines, mut answers) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        let mut cursor: Option<String> = None;
        loop {
            let make = || Ok(encode::statement(&account.number, days, cursor.as_deref()));
            let answer = self.call(make, context).await?;
            let page = decode::page(&answer, account, days)?;
            lines.extend(page.lines);
            answers.push(answer);
            let Some(next) = page.next else { return Ok((lines, answers)) };
            if seen.len() + 1 >= MAX_PAGES_OF_MONTH || !seen.insert(next.clone()) {
                let reason = "the pages of a month do not end";
                return Err(decode::invalid(encode::STATEMENT, reason));
            }
            cursor = Some(next);
        }
    }
}

/// Which account it was: that there is none is mostly a slip of whoever named it.
fn of_account(error: ConnectorError, place: usize) -> ConnectorError {
    if error.kind != ErrorKind::NoSuchProduct {
        return error;
    }
    let reason = format!("the institution shows this client no account {place} of those named");
    ConnectorError { reason: reason.into(), ..error }
}

fn range(from: Date, to: Date) -> Result<DayRange, ConnectorError> {
    DayRange::new(from, to).map_err(|error| {
        ConnectorError::new(ErrorKind::RequestInvalid, encode::STATEMENT, error.to_string())
    })
}

#[async_trait]
impl Session for ApiStoreSession {
    fn accounts(&self) -> Option<&dyn ReadAccounts> {
        Some(self)
    }

    fn balances(&self) -> Option<&dyn ReadBalances> {
        Some(self)
    }

    fn statements(&self) -> Option<&dyn ReadStatements> {
        Some(self)
    }

    fn transfers(&self) -> Option<&dyn MakeTransfers> {
        Some(self)
    }

    /// There is nothing to end: a token runs out by itself.
    async fn close(&self, _context: &Context) -> Result<(), ConnectorError> {
        Ok(())
    }
}

#[async_trait]
impl ReadAccounts for ApiStoreSession {
    async fn accounts(&self, context: &Context) -> Result<Reading<Vec<Account>>, ConnectorError> {
        let (all, answers) = self.all(context).await?;
        let value = all.into_iter().map(|(account, _)| account).collect();
        Ok(Reading { value, raw: decode::joined(encode::BALANCE, &answers) })
    }
}

#[async_trait]
impl ReadBalances for ApiStoreSession {
    async fn balances(
        &self,
        context: &Context,
    ) -> Result<Reading<Vec<AccountBalances>>, ConnectorError> {
        let (all, answers) = self.all(context).await?;
        let value = all.into_iter().map(|(_, balances)| balances).collect();
        Ok(Reading { value, raw: decode::joined(encode::BALANCE, &answers) })
    }
}

/// A page is a month: movements are told from the newest to the oldest, over as many pages as there
/// are, and are to be given the other way round.
#[async_trait]
impl ReadStatements for ApiStoreSession {
    async fn page(
        &self,
        query: &StatementQuery<'_>,
        cursor: Option<&PageCursor>,
        context: &Context,
    ) -> Result<Reading<StatementPage>, ConnectorError> {
        let step = match cursor {
            Some(PageCursor(text)) => Step::parse(text).ok_or_else(strange)?,
            None => Step { from: query.days.from(), before: 0 },
        };
        let last = step.from.last_of_month().min(query.days.to());
        let days = range(step.from, last)?;
        let (told, answers) = self.month(query.account, days, context).await?;
        let lines = decode::in_order(told, step.before);
        let next = step.after(last, lines.len()).filter(|next| next.from <= query.days.to());
        let next = next.map(|next| PageCursor(next.to_string()));
        let value = StatementPage { layout: STATEMENT_LAYOUT, lines, next };
        Ok(Reading { value, raw: decode::joined(encode::STATEMENT, &answers) })
    }
}

/// Where a page begins: its first day, and how many lines are before it.
struct Step {
    from: Date,
    before: u64,
}

impl Step {
    fn parse(text: &str) -> Option<Self> {
        let (from, before) = text.split_once('+')?;
        Some(Self { from: from.parse().ok()?, before: before.parse().ok()? })
    }

    /// The one that follows a page up to that day with so many lines.
    fn after(&self, last: Date, lines: usize) -> Option<Self> {
        Some(Self { from: last.tomorrow().ok()?, before: self.before + lines as u64 })
    }
}

impl std::fmt::Display for Step {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}+{}", self.from, self.before)
    }
}

fn strange() -> ConnectorError {
    let reason = "the cursor is none that this connector gave";
    ConnectorError::new(ErrorKind::RequestInvalid, encode::STATEMENT, reason)
}
