//! A session: tokens, renewed once when the bank no longer takes them.

mod instructions;
mod transfers;

use async_trait::async_trait;
use cartola_connector::session::{
    Account, AccountBalances, DayRange, MakeTransfers, PageCursor, ReadAccounts, ReadBalances,
    ReadRecords, ReadStatements, Reading, RecordQuery, RecordReading, StatementPage,
    StatementQuery, TakeInstructions,
};
use cartola_connector::{
    Answer, ConnectorError, Context, Credential, DeviceId, Endpoint, ErrorKind, Holder, Product,
    Request, Session, StatusCode,
};
use cartola_model::records::Transfers;
use cartola_model::{Record, RecordKind, RecordKinds};
use cartola_primitives::{Rut, Secret};
use tokio::sync::Mutex;

use super::{MAX_TRANSFER_PAGES, decode, encode, offer};
use crate::wire::SessionResponse;

/// An open session.
pub(super) struct MiBancoSession {
    endpoint: Endpoint,
    device: DeviceId,
    holder: Holder,
    tokens: Mutex<Tokens>,
}

struct Tokens {
    access: Secret<String>,
    refresh: Secret<String>,
    /// Raised at each renewal, so that of several calls refused together one renews.
    generation: u32,
}

/// Opens one, from the link's device.
pub(super) async fn open(
    endpoint: Endpoint,
    credential: &Credential,
    context: &Context,
) -> Result<MiBancoSession, ConnectorError> {
    let device = context.device();
    let request = encode::open(credential, &device)?;
    let response = decode::session(encode::OPEN, &endpoint.send(&request, context).await?)?;
    let rut = credential.field("rut").and_then(|written| Rut::parse(written.expose()).ok());
    let challenged = response.mi_pass_required;
    let session = MiBancoSession {
        endpoint,
        device,
        holder: Holder { rut, name: None },
        tokens: Mutex::new(Tokens::of(response, 0)),
    };
    if challenged {
        // Whether it could be closed matters less than why it is of no use.
        let _ = session.close(context).await;
        let reason = "the bank wants an approval in Mi Pass before it lets anybody read";
        return Err(ConnectorError::new(ErrorKind::ChallengeRequired, encode::OPEN, reason));
    }
    Ok(session)
}

impl Tokens {
    fn of(response: SessionResponse, generation: u32) -> Self {
        Self { access: response.access_token, refresh: response.refresh_token, generation }
    }
}

impl MiBancoSession {
    /// Sends what `make` makes; renews the session once if the bank no longer takes its token.
    async fn call(
        &self,
        make: impl Fn() -> Result<Request, ConnectorError> + Send + Sync,
        context: &Context,
    ) -> Result<Answer, ConnectorError> {
        let (request, generation) = self.authorise(make()?).await?;
        let answer = self.endpoint.send(&request, context).await?;
        if answer.status != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        self.renew(generation, context).await?;
        let (request, _) = self.authorise(make()?).await?;
        self.endpoint.send(&request, context).await
    }

    async fn authorise(&self, request: Request) -> Result<(Request, u32), ConnectorError> {
        let tokens = self.tokens.lock().await;
        let request = encode::authorised(request, &tokens.access, &self.device)?;
        Ok((request, tokens.generation))
    }

    /// Renews the tokens of that generation, unless somebody has done so meanwhile.
    async fn renew(&self, generation: u32, context: &Context) -> Result<(), ConnectorError> {
        let mut tokens = self.tokens.lock().await;
        if tokens.generation != generation {
            return Ok(());
        }
        let request = encode::refresh(&tokens.refresh, &self.device)?;
        let answer = self.endpoint.send(&request, context).await?;
        let response = decode::session(encode::REFRESH, &answer)?;
        *tokens = Tokens::of(response, generation + 1);
        Ok(())
    }
}

#[async_trait]
impl Session for MiBancoSession {
    fn device(&self) -> Option<&DeviceId> {
        Some(&self.device)
    }

    fn accounts(&self) -> Option<&dyn ReadAccounts> {
        Some(self)
    }

    fn balances(&self) -> Option<&dyn ReadBalances> {
        Some(self)
    }

    fn statements(&self) -> Option<&dyn ReadStatements> {
        Some(self)
    }

    fn records(&self) -> Option<&dyn ReadRecords> {
        Some(self)
    }

    fn transfers(&self) -> Option<&dyn MakeTransfers> {
        Some(self)
    }

    fn instructions(&self) -> Option<&dyn TakeInstructions> {
        (!TakeInstructions::kinds(self).is_empty()).then_some(self)
    }

    /// A session whose access token has run out is renewed to be ended: its refresh token would
    /// live on.
    async fn close(&self, context: &Context) -> Result<(), ConnectorError> {
        match self.call(|| Ok(encode::close()), context).await {
            Ok(answer) => decode::closed(encode::CLOSE, &answer),
            Err(error) if error.kind == ErrorKind::SessionEnded => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl ReadRecords for MiBancoSession {
    fn kinds(&self) -> RecordKinds {
        offer::KINDS
    }

    async fn record(
        &self,
        query: &RecordQuery,
        context: &Context,
    ) -> Result<RecordReading, ConnectorError> {
        if query.kind == RecordKind::Transfers {
            return self.made_transfers(query.days, context).await;
        }
        let not_offered = || ConnectorError::not_offered(Product::Record(query.kind));
        let call = offer::call(query.kind).ok_or_else(not_offered)?;
        call.read(&self.call(|| Ok(encode::product(&call)), context).await?)
    }
}

impl MiBancoSession {
    /// All pages of the transfers of these days.
    async fn made_transfers(
        &self,
        days: DayRange,
        context: &Context,
    ) -> Result<RecordReading, ConnectorError> {
        let (mut transfers, mut raw) = (Vec::new(), Vec::new());
        for number in 1..=MAX_TRANSFER_PAGES {
            let answer = self.call(|| Ok(encode::transfers(days, number)), context).await?;
            let page = decode::transfers(&answer, days, number, self.holder.rut)?;
            let is_last = page.as_ref().is_none_or(|page| page.is_last);
            if let Some(page) = page {
                transfers.extend(page.transfers);
                raw.push(page.raw);
            }
            if is_last {
                transfers.reverse();
                let (from, to) = (days.from(), days.to());
                let record = Record::Transfers(Transfers { from, to, transfers });
                return Ok(RecordReading { record, raw });
            }
        }
        let reason = "there are more pages of transfers than one customer has";
        Err(ConnectorError::new(ErrorKind::AnswerInvalid, encode::TRANSFERS, reason))
    }
}

#[async_trait]
impl ReadAccounts for MiBancoSession {
    async fn accounts(&self, context: &Context) -> Result<Reading<Vec<Account>>, ConnectorError> {
        let answer = self.call(|| Ok(encode::accounts()), context).await?;
        decode::accounts(&answer, &self.holder)
    }
}

#[async_trait]
impl ReadBalances for MiBancoSession {
    async fn balances(
        &self,
        context: &Context,
    ) -> Result<Reading<Vec<AccountBalances>>, ConnectorError> {
        decode::balances(&self.call(|| Ok(encode::balances()), context).await?)
    }
}

#[async_trait]
impl ReadStatements for MiBancoSession {
    async fn page(
        &self,
        query: &StatementQuery<'_>,
        cursor: Option<&PageCursor>,
        context: &Context,
    ) -> Result<Reading<StatementPage>, ConnectorError> {
        let number = page_number(cursor)?;
        let answer = self.call(|| encode::statement(query, number), context).await?;
        decode::statement(&answer, query, number)
    }
}

fn page_number(cursor: Option<&PageCursor>) -> Result<u32, ConnectorError> {
    let Some(PageCursor(text)) = cursor else { return Ok(1) };
    text.parse().map_err(|_| {
        let reason = "the cursor is none that this connector gave";
        ConnectorError::new(ErrorKind::RequestInvalid, encode::STATEMENT, reason)
    })
}
