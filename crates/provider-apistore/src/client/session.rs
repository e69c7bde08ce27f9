//! A session: a token, and the accounts that were named.

mod transfers;

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_connector::session::{
    Account, AccountBalances, DayRange, MakeTransfers, PageCursor, RawAnswer, ReadAccounts,
    ReadBalances, ReadStatements, Reading, StatementPage, StatementQuery,
};
use cartola_connector::{
    Answer, ConnectorError, Context, Credential, Endpoint, ErrorKind, Holder, Request, Session,
    StatusCode,
};
use cartola_model::Observation;
use cartola_primitives::{Date, Rut};

use super::accounts::{self, Named};
use super::gathered::Gathered;
use super::token::Tokens;
use super::transfer::{Asked, PaysBy};
use super::{CLIENT_ID, CLIENT_SECRET, Reached, STATEMENT_LAYOUT, decode, encode, kept, strange};
use transfers::Way;

/// Most pages of one month of an account, each of 500 at most. An institution that has more is not
/// believed.
const MAX_PAGES_OF_MONTH: usize = 200;

/// An open session.
pub(super) struct ApiStoreSession {
    access: Arc<Access>,
    pays_by: PaysBy,
    ways: [Way; PaysBy::ALL.len()],
    holder: Holder,
    named: Vec<Named>,
}

/// The institution with a token that it takes.
struct Access {
    endpoint: Endpoint,
    tokens: Tokens,
}

/// Opens one: gets a token, if the credentials name accounts.
pub(super) async fn open(
    reached: Reached,
    credential: &Credential,
    context: &Context,
) -> Result<ApiStoreSession, ConnectorError> {
    let rut = credential.field("rut").and_then(|written| Rut::parse(written.expose()).ok());
    let named = accounts::of(credential, encode::TOKEN)?;
    let Reached { endpoint, pays_by } = reached;
    let tokens =
        Tokens::begin(kept(credential, &[CLIENT_ID, CLIENT_SECRET]), &endpoint, context).await?;
    let access = Arc::new(Access { endpoint, tokens });
    let ways = PaysBy::ALL.map(|by| Way { access: Arc::clone(&access), by });
    let holder = Holder { rut, name: None };
    Ok(ApiStoreSession { access, pays_by, ways, holder, named })
}

impl Access {
    /// Sends what `make` makes; renews the token once if it is refused.
    async fn call(
        &self,
        make: impl Fn() -> Result<Request, ConnectorError> + Send + Sync,
        context: &Context,
    ) -> Result<Answer, ConnectorError> {
        self.call_counted(make, context).await.map(|(answer, _)| answer)
    }

    /// The same, and whether the institution had seen the request before. An error says that it was not
    /// sent only where it never was.
    async fn call_counted(
        &self,
        make: impl Fn() -> Result<Request, ConnectorError> + Send + Sync,
        context: &Context,
    ) -> Result<(Answer, Asked), ConnectorError> {
        let (request, generation) = self.tokens.authorise(make()?, &self.endpoint, context).await?;
        let answer = self.endpoint.send(&request, context).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok((answer, Asked::First));
        }
        let again = self.call_again(make()?, generation, context).await;
        let again = again.map_err(|error| ConnectorError { unsent: false, ..error })?;
        Ok((again, Asked::Again))
    }

    async fn call_again(
        &self,
        request: Request,
        generation: u64,
        context: &Context,
    ) -> Result<Answer, ConnectorError> {
        self.tokens.refused(generation, &self.endpoint, context).await?;
        let (request, _) = self.tokens.authorise(request, &self.endpoint, context).await?;
        self.endpoint.send(&request, context).await
    }
}

impl ApiStoreSession {
    fn way(&self, is_it: impl Fn(&Way) -> bool) -> Option<&dyn MakeTransfers> {
        self.ways.iter().find(|way| is_it(way)).map(|way| way as &dyn MakeTransfers)
    }

    /// Every account that was named, and what is on it.
    async fn all(
        &self,
        context: &Context,
    ) -> Result<(Vec<(Account, AccountBalances)>, RawAnswer), ConnectorError> {
        let today = context.today();
        let days = range(today, today)?;
        let (mut all, mut answers) = (Vec::new(), Gathered::new(encode::BALANCE));
        for (place, named) in (1..).zip(&self.named) {
            let answer =
                self.access.call(|| Ok(encode::balance(&named.number, days)), context).await?;
            let read = decode::account(&answer, named, &self.holder, today);
            all.push(read.map_err(|error| of_account(error, place))?);
            answers.push(&answer)?;
        }
        Ok((all, answers.raw()))
    }

    /// Every movement of some days of one month, in the order in which they are told.
    async fn month(
        &self,
        account: &Account,
        days: DayRange,
        context: &Context,
    ) -> Result<(Vec<(Date, Observation)>, RawAnswer), ConnectorError> {
        let (mut lines, mut answers) = (Vec::new(), Gathered::new(encode::STATEMENT));
        let mut seen = HashSet::new();
        let mut cursor: Option<String> = None;
        loop {
            let make = || Ok(encode::statement(&account.number, days, cursor.as_deref()));
            let answer = self.access.call(make, context).await?;
            let page = decode::page(&answer, account, days)?;
            lines.extend(page.lines);
            answers.push(&answer)?;
            let Some(next) = page.next else { return Ok((lines, answers.raw())) };
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
        self.way(|way| way.by == self.pays_by)
    }

    fn transfers_by(&self, route: &str) -> Option<&dyn MakeTransfers> {
        self.way(|way| way.by.route() == route)
    }

    /// There is nothing to end: a token runs out by itself.
    async fn close(&self, _context: &Context) -> Result<(), ConnectorError> {
        Ok(())
    }
}

#[async_trait]
impl ReadAccounts for ApiStoreSession {
    async fn accounts(&self, context: &Context) -> Result<Reading<Vec<Account>>, ConnectorError> {
        let (all, raw) = self.all(context).await?;
        let value = all.into_iter().map(|(account, _)| account).collect();
        Ok(Reading { value, raw })
    }
}

#[async_trait]
impl ReadBalances for ApiStoreSession {
    async fn balances(
        &self,
        context: &Context,
    ) -> Result<Reading<Vec<AccountBalances>>, ConnectorError> {
        let (all, raw) = self.all(context).await?;
        let value = all.into_iter().map(|(_, balances)| balances).collect();
        Ok(Reading { value, raw })
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
            Some(PageCursor(text)) => {
                Step::parse(text).ok_or_else(|| strange(encode::STATEMENT))?
            }
            None => Step { from: query.days.from(), before: 0 },
        };
        let last = step.from.last_of_month().min(query.days.to());
        let days = range(step.from, last)?;
        let (told, raw) = self.month(query.account, days, context).await?;
        let lines = decode::in_order(told, step.before);
        let next = step.after(last, lines.len()).filter(|next| next.from <= query.days.to());
        let next = next.map(|next| PageCursor(next.to_string()));
        let value = StatementPage { layout: STATEMENT_LAYOUT, lines, next };
        Ok(Reading { value, raw })
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
