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
use crate::client::decode::{invalid, joined};

/// Most pages of one account, each of 100: 100,000 movements. A gateway that has more is not believed.
const MAX_PAGES: usize = 1_000;

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
    let named = credential.field(accounts::FIELD).map(|text| accounts::parse(text.expose()));
    let named = named.unwrap_or_else(|| accounts::parse("")).map_err(|error| {
        ConnectorError::new(ErrorKind::RequestInvalid, encode::OPEN, error.to_string())
            .before_sending()
    })?;
    let session = GatewaySession { reached, credential: kept(credential), asker, named };
    let first = &session.named[0].number;
    let called = (&*session.reached.names, &session.asker);
    let answer =
        session.call(encode::movements(encode::OPEN, called, first, (1, 0))?, context).await?;
    decode::success(encode::OPEN, &session.reached.names, &answer)?;
    Ok(session)
}

fn kept(credential: &Credential) -> Credential {
    let names = ["rut", "client_id", "client_secret", TOKEN, ATTORNEYS];
    names.into_iter().fold(Credential::default(), |kept, name| match credential.field(name) {
        Some(value) => kept.with(name, value.expose().clone()),
        None => kept,
    })
}

impl GatewaySession {
    async fn call(&self, request: Request, context: &Context) -> Result<Answer, ConnectorError> {
        let request = encode::authorised(request, &self.reached.names, &self.credential)?;
        self.reached.endpoint.send(&request, context).await
    }

    /// Movements of an account, until all of `days` are there. They are told by the offset and without
    /// days: where they run from the newest to the oldest, a page that ends before the first day is the
    /// last that is needed.
    async fn told(
        &self,
        account: &Account,
        days: DayRange,
        context: &Context,
    ) -> Result<(Vec<Told>, Vec<Answer>), ConnectorError> {
        let called = (&*self.reached.names, &self.asker);
        let (mut all, mut answers, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
        let mut newest_first = true;
        for page in 0..MAX_PAGES {
            let range = (PAGE, page * PAGE);
            let request = encode::movements(encode::MOVEMENTS, called, &account.number, range)?;
            let answer = self.call(request, context).await?;
            let told = decode::movements(&self.reached.names, &answer, account.currency)?;
            answers.push(answer);
            let is_full = told.len() == PAGE;
            let before = all.len();
            // What was booked in between moves others to the next page.
            all.extend(told.into_iter().filter(|told| seen.insert(told.sequence.clone())));
            newest_first &= is_newest_first(&all[before.saturating_sub(1)..]);
            let is_past = newest_first && all.last().is_some_and(|last| day(last) < days.from());
            if !is_full || is_past {
                return Ok((all, answers));
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

/// The lines of some days, oldest first.
fn in_order(mut told: Vec<Told>, days: DayRange) -> Vec<Line> {
    if is_newest_first(&told) {
        told.reverse();
    }
    told.retain(|told| days.contains(day(told)));
    told.sort_by_key(day);
    let line = |(number, told): (u64, Told)| Line {
        place: Place::Transaction(number),
        observation: told.observation.into(),
        counterparty: told.counterparty,
    };
    (1..).zip(told).map(line).collect()
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
            let reason = "the cursor is none that this connector gave";
            return Err(ConnectorError::new(ErrorKind::RequestInvalid, encode::MOVEMENTS, reason));
        }
        let (told, answers) = self.told(query.account, query.days, context).await?;
        let lines = in_order(told, query.days);
        let value = StatementPage { layout: STATEMENT_LAYOUT, lines, next: None };
        Ok(Reading { value, raw: joined(encode::MOVEMENTS, &answers) })
    }
}

#[async_trait]
impl MakeTransfers for GatewaySession {
    async fn begin(
        &self,
        order: &TransferOrder,
        context: &Context,
    ) -> Result<TransferTold, ConnectorError> {
        let names = &*self.reached.names;
        let user = self.credential.field("client_id").map_or("", |id| id.expose());
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

    /// Nobody has described how a lot is taken back: until the gateway tells of it, nobody knows.
    async fn withdraw(&self, _: &EndToEndId, _: &Context) -> Result<TransferTold, ConnectorError> {
        let reason = "the gateway takes no lot back";
        Err(ConnectorError::new(ErrorKind::Unsupported, lots::LOOK, reason).before_sending())
    }
}
