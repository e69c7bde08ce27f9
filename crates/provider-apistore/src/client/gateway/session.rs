//! A session: what goes with every call, and the accounts that were named.

use std::collections::HashSet;

use async_trait::async_trait;
use cartola_connector::session::{
    Account, ChallengeAnswer, DayRange, MakeTransfers, PageCursor, RawAnswer, ReadAccounts,
    ReadStatements, Reading, StatementPage, StatementQuery,
};
use cartola_connector::{
    Answer, ConnectorError, Context, Credential, ErrorKind, Holder, Line, Place, Request, Session,
};
use cartola_model::{EndToEndId, TransferFailure, TransferOrder, TransferState, TransferTold};
use cartola_primitives::{Currency, Date};

use super::decode::{self, Told};
use super::encode::{self, Asker, PAGE};
use super::{ATTORNEYS, Reached, STATEMENT_LAYOUT, TOKEN, lots};
use crate::client::accounts::{self, Named};
use crate::client::decode::invalid;
use crate::client::gathered::Gathered;
use crate::client::{CLIENT_ID, CLIENT_SECRET, kept, strange};

/// Most pages of one account, each of 100: 100,000 movements. A gateway that has more is not believed.
const MAX_PAGES: usize = 1_000;

/// Pages in a row with nothing that is new, at most: so many are shifted by what is booked meanwhile. A
/// gateway that goes by another offset than is configured gives the same for ever.
const MAX_STALE_PAGES: usize = 2;

/// What a lot is asked about by. It never changes: it is kept with payments.
const ROUTE: &str = "apistore-gateway/lotes";

/// An open session.
pub(super) struct GatewaySession {
    reached: Reached,
    credential: Credential,
    asker: Asker,
    named: Vec<Named>,
}

/// Opens one: asks for one movement of the first account, to see whether the credentials are taken.
pub(super) async fn open(
    reached: Reached,
    credential: &Credential,
    context: &Context,
) -> Result<GatewaySession, ConnectorError> {
    let asker = Asker::of(credential)?;
    let named = accounts::of(credential, encode::OPEN)?;
    let credential = kept(credential, &["rut", CLIENT_ID, CLIENT_SECRET, TOKEN, ATTORNEYS]);
    let session = GatewaySession { reached, credential, asker, named };
    let first = &session.named[0].number;
    let called = (&*session.reached.names, &session.asker);
    let answer =
        session.call(encode::movements(encode::OPEN, called, first, (1, 0))?, context).await?;
    decode::success(encode::OPEN, &session.reached.names, &answer)?;
    Ok(session)
}

impl GatewaySession {
    async fn call(&self, request: Request, context: &Context) -> Result<Answer, ConnectorError> {
        let request = encode::authorised(request, &self.reached.names, &self.credential)?;
        self.reached.endpoint.send(&request, context).await
    }

    /// Movements of an account, until all of `days` are there. They are told by the offset and without
    /// days: where they run from the newest to the oldest, a page that ends before the first day is the
    /// last that is needed. A gateway may give fewer than it is asked for, so that a short page is no
    /// end; an empty one is.
    async fn told(
        &self,
        account: &Account,
        days: DayRange,
        context: &Context,
    ) -> Result<(Vec<Told>, RawAnswer), ConnectorError> {
        let called = (&*self.reached.names, &self.asker);
        let (mut all, mut seen) = (Vec::new(), HashSet::new());
        let mut answers = Gathered::new(encode::MOVEMENTS);
        let (mut offset, mut newest_first, mut stale) = (0, true, 0);
        for _ in 0..MAX_PAGES {
            let range = (PAGE, offset);
            let request = encode::movements(encode::MOVEMENTS, called, &account.number, range)?;
            let answer = self.call(request, context).await?;
            let told = decode::movements(&self.reached.names, &answer, account.currency)?;
            answers.push(&answer)?;
            if told.is_empty() {
                return Ok((all, answers.raw()));
            }
            offset += told.len();
            let before = all.len();
            // What was booked in between moves others to the next page.
            all.extend(told.into_iter().filter(|told| seen.insert(told.sequence.clone())));
            stale = if all.len() == before { stale + 1 } else { 0 };
            if stale > MAX_STALE_PAGES {
                return Err(invalid(encode::MOVEMENTS, "the pages of the account do not go on"));
            }
            newest_first &= is_newest_first(&all[before.saturating_sub(1)..]);
            let is_past = newest_first && all.last().is_some_and(|last| day(last) < days.from());
            if is_past {
                return Ok((all, answers.raw()));
            }
        }
        Err(invalid(encode::MOVEMENTS, "the pages of the account do not end"))
    }
}

fn day(told: &Told) -> Date {
    told.observation.booked_on
}

fn is_newest_first(told: &[Told]) -> bool {
    told.is_sorted_by(|earlier, later| day(earlier) >= day(later))
}

/// The lines of some days, oldest first: by the day on which they were booked, and within it by the
/// number that the gateway gives them, whatever order they were told in.
fn in_order(mut told: Vec<Told>, days: DayRange) -> Vec<Line> {
    told.retain(|told| days.contains(day(told)));
    told.sort_by(|one, other| (day(one), rank(one)).cmp(&(day(other), rank(other))));
    let line = |(number, told): (u64, Told)| Line {
        place: Place::Transaction(number),
        observation: told.observation.into(),
        counterparty: told.counterparty,
    };
    (1..).zip(told).map(line).collect()
}

/// A sequence as the number that it is, with zeros before it or without; what is none, by its signs.
fn rank(told: &Told) -> (Option<u128>, &str) {
    (told.sequence.parse().ok(), &told.sequence)
}

#[async_trait]
impl Session for GatewaySession {
    fn accounts(&self) -> Option<&dyn ReadAccounts> {
        Some(self)
    }

    fn statements(&self) -> Option<&dyn ReadStatements> {
        Some(self)
    }

    fn transfers(&self) -> Option<&dyn MakeTransfers> {
        self.reached.names.tells_of_lots().then_some(self)
    }

    /// There is nothing to end: the portal's token runs out by itself.
    async fn close(&self, _context: &Context) -> Result<(), ConnectorError> {
        Ok(())
    }
}

/// The accounts are those that were named; the gateway lists none, and tells no currency. They are in
/// pesos unless it was said otherwise: an amount that no peso has is refused then.
#[async_trait]
impl ReadAccounts for GatewaySession {
    async fn accounts(&self, _: &Context) -> Result<Reading<Vec<Account>>, ConnectorError> {
        let account = |named: &Named| Account {
            number: named.number.clone(),
            kind: Some(named.kind),
            currency: named.currency.unwrap_or(Currency::CLP),
            alias: None,
            holder: Holder { rut: Some(self.asker.holder), name: None },
        };
        let raw = RawAnswer { operation: encode::OPEN, body: (&b"[]"[..]).into() };
        Ok(Reading { value: self.named.iter().map(account).collect(), raw })
    }
}

/// All days are one page: movements are told from the newest to the oldest, and are to be given the
/// other way round.
#[async_trait]
impl ReadStatements for GatewaySession {
    async fn page(
        &self,
        query: &StatementQuery<'_>,
        cursor: Option<&PageCursor>,
        context: &Context,
    ) -> Result<Reading<StatementPage>, ConnectorError> {
        if cursor.is_some() {
            return Err(strange(encode::MOVEMENTS));
        }
        let (told, raw) = self.told(query.account, query.days, context).await?;
        let lines = in_order(told, query.days);
        let value = StatementPage { layout: STATEMENT_LAYOUT, lines, next: None };
        Ok(Reading { value, raw })
    }
}

#[async_trait]
impl MakeTransfers for GatewaySession {
    fn route(&self) -> &'static str {
        ROUTE
    }

    async fn begin(
        &self,
        order: &TransferOrder,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let names = &*self.reached.names;
        let user = self.credential.field(CLIENT_ID).map_or("", |id| id.expose());
        let Some(request) = lots::begin(names, (&self.asker, user), order)? else {
            let state = TransferState::Failed(TransferFailure::UnknownPayee);
            return Ok(TransferTold { state, bank_reference: None });
        };
        lots::begun(names, &self.call(request, context).await?)
    }

    async fn answer(
        &self,
        _: &EndToEndId,
        _: &ChallengeAnswer,
        _: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let reason = "codes are not given through the gateway";
        Err(ConnectorError::new(ErrorKind::RequestInvalid, lots::LOOK, reason).before_sending())
    }

    async fn look(
        &self,
        id: &EndToEndId,
        context: &Context,
    ) -> Result<Option<TransferTold>, ConnectorError> {
        let names = &*self.reached.names;
        let answer = self.call(lots::look(names, id), context).await?;
        lots::looked(names, &answer, context.now()).map(Some)
    }

    /// Nobody has described how a lot is taken back: it comes too late for that, and what becomes of the
    /// lot is what it would have become.
    async fn withdraw(
        &self,
        id: &EndToEndId,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let names = &*self.reached.names;
        lots::looked(names, &self.call(lots::look(names, id), context).await?, context.now())
    }
}
