//! Reading an institution through a link.

use std::time::Duration;

use cartola_connector::session::{AccountBalances, Reading, StatementQuery};
use cartola_connector::{
    Batch, ConnectorError, Context, Deadline, ErrorKind, LiveSession, Product, RetryAdvice,
};
use cartola_model::audit::AuditEvent;
use cartola_model::{LinkState, Principal};
use cartola_primitives::id::LinkId;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::consents::ConsentRow;
use cartola_store::people::{Barred, LinkRow, LinkSecretRow};
use cartola_store::{Command, StoreErrorKind, UnitOfWork};

use super::secret::SealedSecret;
use super::{DayRange, LinkError};
use crate::access::Subject;
use crate::imports::{Giver, Imported};
use crate::{Engine, EngineError};

/// How long one reading of one link may take, from signing in to the last page.
pub const READING_TIMEOUT: Duration = Duration::from_mins(5);

/// What a link needs to be read, as it was decided on.
struct Access {
    link: LinkRow,
    mandate: ConsentRow,
    secret: SealedSecret,
}

/// What a session told, in canonical terms and as it came.
struct Told {
    batches: Vec<Batch>,
    raw: Vec<u8>,
}

impl Engine {
    /// Reads the accounts of a link, their balances, and their movements of some days, and takes
    /// them in. All or nothing: what breaks off in the middle leaves nothing behind, and so does
    /// what the mandate no longer allows when the institution has answered.
    ///
    /// Credentials that the institution refuses are never tried again, and it is not asked before
    /// the time that it names.
    pub async fn fetch_link(
        &self,
        who: &Principal,
        id: LinkId,
        days: DayRange,
    ) -> Result<Imported, LinkError> {
        let access = self.access(who, id).await?;
        let told = match self.ask(&access, days).await {
            Ok(told) => told,
            Err(error) => return Err(self.refused(who, &access, error).await?),
        };
        self.note_access(who, "link.fetched", Subject::one(id));
        if told.batches.is_empty() {
            return Ok(Imported { reports: Vec::new() });
        }
        let giver = Giver::Institution { link: &access.link, mandate: &access.mandate };
        self.take_in(who, giver, &told.raw, &told.batches).await
    }

    async fn access(&self, who: &Principal, id: LinkId) -> Result<Access, LinkError> {
        let link = self.pulled_link(who, id).await?;
        let row = self.store().link_secret(who.tenant, id).await.map_err(EngineError::from)?;
        let row = match link.state {
            LinkState::Active { .. } => row.ok_or(LinkError::MandateEnded)?,
            LinkState::Revoked { .. } => return Err(LinkError::MandateEnded),
        };
        let mandate = self.store().consent(who.tenant, row.mandate).await;
        let mandate = mandate
            .map_err(EngineError::from)?
            .filter(|mandate| mandate.state.holds(self.now()))
            .ok_or(LinkError::MandateEnded)?;
        match row.barred.map(|barred| barred.until) {
            Some(None) => return Err(LinkError::CredentialsRefused),
            Some(Some(until)) if self.now() < until => return Err(LinkError::Barred { until }),
            Some(Some(_)) | None => {}
        }
        let secret = self.open_link_secret(who, &row).await?;
        Ok(Access { link, mandate, secret })
    }

    async fn ask(&self, access: &Access, days: DayRange) -> Result<Told, ConnectorError> {
        let context = self.context(&access.secret);
        let (institution, credential) = (&access.link.institution, access.secret.credential());
        let session = self.connectors().open(institution, credential, context.clone()).await?;
        let told = tell(&session, days, &context).await?;
        if let Err(error) = session.close().await {
            tracing::warn!(link = %access.link.id, kind = error.kind.name(), "engine.session.not_closed");
        }
        Ok(told)
    }

    fn context(&self, secret: &SealedSecret) -> Context {
        let context = Context::new(
            self.mint(),
            self.inner.clock.clone(),
            self.vault().randomness(),
            Deadline::after(READING_TIMEOUT),
        );
        match secret.device() {
            Some(device) => context.with_device(device),
            None => context,
        }
    }

    /// Notes what the institution refused, so that nobody tries it again before its time. The
    /// link's version guards credentials that were begun meanwhile.
    async fn refused(
        &self,
        who: &Principal,
        access: &Access,
        error: ConnectorError,
    ) -> Result<LinkError, EngineError> {
        let now = self.now();
        let Some(barred) = barred(&error, now) else { return Ok(error.into()) };
        let LinkRow { id, version, state, .. } = access.link;
        let row = self.store().link_secret(who.tenant, id).await?;
        let Some(row) = row.filter(|row| row.mandate == access.mandate.id) else {
            return Ok(error.into());
        };
        let noted =
            AuditEvent::once("link.refused", who.actor, id).with("failure", error.kind.name());
        let work = UnitOfWork::new(who.tenant, now)
            .with(Command::ChangeLink { id, expected: version, state })
            .with(Command::KeepLinkSecret(LinkSecretRow { barred: Some(barred), ..row }))
            .with(Command::Audit(noted));
        match self.store().commit(work).await {
            // The link was begun again, ended, or somebody else noted the same.
            Err(conflict) if conflict.kind == StoreErrorKind::Conflict => Ok(error.into()),
            committed => committed.map(|_| error.into()).map_err(EngineError::from),
        }
    }
}

/// Until when an institution that said this may not be asked.
fn barred(error: &ConnectorError, now: Timestamp) -> Option<Barred> {
    let waits = matches!(error.kind, ErrorKind::CredentialsLocked | ErrorKind::RateLimited);
    let refuses =
        matches!(error.kind, ErrorKind::CredentialsLocked | ErrorKind::CredentialsInvalid);
    match error.retry {
        RetryAdvice::After(wait) if waits => {
            let wait = SignedDuration::try_from(wait).unwrap_or(SignedDuration::MAX);
            Some(Barred { since: now, until: now.checked_add(wait).ok() })
        }
        RetryAdvice::WithNewCredentials => Some(Barred { since: now, until: None }),
        _ if refuses => Some(Barred { since: now, until: None }),
        _ => None,
    }
}

/// All that is wanted of a session.
async fn tell(
    session: &LiveSession,
    days: DayRange,
    context: &Context,
) -> Result<Told, ConnectorError> {
    let reader = session.session().accounts().ok_or_else(|| lacks(Product::Accounts))?;
    let accounts = reader.accounts(context).await?;
    let mut raw = Raw::default();
    raw.add(&accounts);
    let balances = match session.session().balances() {
        Some(reader) => {
            let balances = reader.balances(context).await?;
            raw.add(&balances);
            balances.value
        }
        None => Vec::new(),
    };
    let mut batches = Vec::with_capacity(accounts.value.len());
    // An account of a kind that is not known is left for a build that knows it.
    for account in accounts.value.iter().filter(|account| account.kind.is_some()) {
        let told = session.statement(&StatementQuery { account, days }).await?;
        told.raw.iter().for_each(|answer| raw.push(answer.operation, &answer.body));
        let mut batch = told.batch;
        batch.balances = readings(&balances, account);
        batches.push(batch);
    }
    Ok(Told { batches, raw: raw.bytes })
}

fn readings(
    balances: &[AccountBalances],
    account: &cartola_connector::session::Account,
) -> Vec<cartola_model::BalanceReading> {
    balances
        .iter()
        .filter(|of| {
            of.currency == account.currency && of.number.identity() == account.number.identity()
        })
        .flat_map(|of| of.readings.clone())
        .collect()
}

fn lacks(product: Product) -> ConnectorError {
    let reason = format!("the institution offers no {product:?}");
    ConnectorError::new(ErrorKind::Unsupported, "fetch", reason)
}

/// Answers as they came, one after another: `operation length`, a line feed, the body, a line feed.
#[derive(Default)]
struct Raw {
    bytes: Vec<u8>,
}

impl Raw {
    fn add<T>(&mut self, reading: &Reading<T>) {
        self.push(reading.raw.operation, &reading.raw.body);
    }

    fn push(&mut self, operation: &str, body: &[u8]) {
        self.bytes.extend(format!("{operation} {}\n", body.len()).into_bytes());
        self.bytes.extend(body);
        self.bytes.push(b'\n');
    }
}
