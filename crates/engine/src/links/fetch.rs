//! Reading an institution through a link.

use std::time::Duration;

use cartola_connector::session::{AccountBalances, Reading, StatementQuery};
use cartola_connector::{
    Batch, ConnectorError, Context, Deadline, ErrorKind, LiveSession, Product, RetryAdvice,
};
use cartola_model::audit::AuditEvent;
use cartola_model::{LinkState, Principal};
use cartola_primitives::id::LinkId;
use cartola_store::people::{LinkRow, LinkSecretRow};
use cartola_store::{Command, UnitOfWork};

use super::secret::SealedSecret;
use super::{DayRange, LinkError};
use crate::imports::{Giver, Imported};
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// How long one reading of one link may take, from signing in to the last page.
pub const READING_TIMEOUT: Duration = Duration::from_mins(5);

/// What a link needs to be read.
struct Access {
    link: LinkRow,
    row: LinkSecretRow,
    secret: SealedSecret,
}

/// What a session told, in canonical terms and as it came.
struct Told {
    batches: Vec<Batch>,
    raw: Vec<u8>,
}

impl Engine {
    /// Reads the accounts of a link, their balances, and their movements of some days, and takes
    /// them in. All or nothing: what breaks off in the middle leaves nothing behind.
    ///
    /// Credentials that the institution refuses are never tried again; a device that it knows is
    /// kept.
    pub async fn fetch_link(
        &self,
        who: &Principal,
        id: LinkId,
        days: DayRange,
    ) -> Result<Imported, LinkError> {
        let access = self.access(who, id).await?;
        let context = self.context(&access.secret);
        let opened = self
            .connectors()
            .open(&access.link.institution, access.secret.credential(), context.clone())
            .await;
        let session = match opened {
            Ok(session) => session,
            Err(error) => return Err(self.refused(who, id, error).await?),
        };
        self.keep_device(who, access.row, access.secret, &session).await?;
        let mandate = self.mandate_of(who, id).await?;
        let told = tell(&session, days, &context).await?;
        if let Err(error) = session.close().await {
            tracing::warn!(link = %id, kind = error.kind.name(), "engine.session.not_closed");
        }
        if told.batches.is_empty() {
            return Ok(Imported { reports: Vec::new() });
        }
        let giver = Giver::Institution { link: &access.link, mandate };
        Ok(self.take_in(who, giver, &told.raw, &told.batches).await?)
    }

    async fn access(&self, who: &Principal, id: LinkId) -> Result<Access, LinkError> {
        let link = self.pulled_link(who, id).await?;
        if let LinkState::Revoked { .. } = link.state {
            return Err(LinkError::MandateEnded);
        }
        self.mandate_of(who, id).await?;
        let row = self.store().link_secret(who.tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(LinkError::MandateEnded)?;
        if row.refused_at.is_some() {
            return Err(LinkError::CredentialsRefused);
        }
        let secret = self.open_link_secret(who, &row).await?;
        Ok(Access { link, row, secret })
    }

    /// The mandate of a link, if it holds. Asked before the institution is, and once more when it
    /// has answered: what was withdrawn meanwhile is not taken in.
    async fn mandate_of(
        &self,
        who: &Principal,
        id: LinkId,
    ) -> Result<cartola_primitives::id::ConsentId, LinkError> {
        let row = self.store().link_secret(who.tenant, id).await.map_err(EngineError::from)?;
        let mandate = row.ok_or(LinkError::MandateEnded)?.mandate;
        let consent = self.store().consent(who.tenant, mandate).await.map_err(EngineError::from)?;
        match consent {
            Some(consent) if consent.state.holds(self.now()) => Ok(mandate),
            _ => Err(LinkError::MandateEnded),
        }
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

    /// Notes credentials that were refused, so that nobody tries them again.
    async fn refused(
        &self,
        who: &Principal,
        id: LinkId,
        error: ConnectorError,
    ) -> Result<LinkError, LinkError> {
        if error.retry != RetryAdvice::WithNewCredentials {
            return Ok(error.into());
        }
        until_settled(|| async {
            let row = self.store().link_secret(who.tenant, id).await.map_err(EngineError::from)?;
            let Some(row) = row else { return Ok(()) };
            let mut work = UnitOfWork::new(who.tenant, self.now());
            let refused_at = Some(work.at);
            work.push(Command::KeepLinkSecret(LinkSecretRow { refused_at, ..row }));
            work.push(Command::Audit(AuditEvent::once("link.refused", who.actor, id)));
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok::<_, LinkError>(())
        })
        .await?;
        Ok(error.into())
    }

    /// Keeps the device that the session was opened from with the link: to a bank, a new one is a
    /// reason for suspicion.
    async fn keep_device(
        &self,
        who: &Principal,
        row: LinkSecretRow,
        secret: SealedSecret,
        session: &LiveSession,
    ) -> Result<(), EngineError> {
        let Some(device) =
            session.device().filter(|device| secret.device().as_ref() != Some(*device))
        else {
            return Ok(());
        };
        let key = self.vault().key_by_id(who.tenant, row.sealed.key).await?;
        let sealed = self.seal_link_secret(who, &key, row.link, &secret.with_device(device))?;
        let work = UnitOfWork::new(who.tenant, self.now())
            .with(Command::KeepLinkSecret(LinkSecretRow { sealed, ..row }));
        self.store().commit(work).await?;
        Ok(())
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
