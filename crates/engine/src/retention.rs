//! How long what has ended is kept, and from which day on movements are.

use std::borrow::Cow;

use cartola_connector::Batch;
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::TenantId;
use cartola_primitives::{Date, SignedDuration};
use cartola_store::retention::Forgotten;
use cartola_store::{Command, UnitOfWork};

use crate::authorizations::PAYEE_KNOWN;
use crate::ingest::kept::since;
use crate::{Engine, EngineError};

/// How long a job, a message with its attempts, and the session of a device are kept after they have
/// ended: long enough to ask what became of them, and to replay what was given up.
pub const ENDED_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Engine {
    /// What of batches lies on days that are kept.
    pub(crate) async fn on_kept_days<'a>(
        &self,
        batches: &'a [Batch],
    ) -> Result<Cow<'a, [Batch]>, EngineError> {
        let kept_from = self.store().kept_from().await?;
        Ok(kept_from.map_or(Cow::Borrowed(batches), |first| since(batches, first)))
    }

    /// Writes into a tenant's audit trail that what was booked before a day is being forgotten, and
    /// how much.
    pub async fn record_forgetting(
        &self,
        tenant: TenantId,
        before: Date,
        forgotten: &Forgotten,
    ) -> Result<(), EngineError> {
        let Forgotten { movements, sources, feed, aliases, sightings } = forgotten;
        let event =
            AuditEvent::once("movements.forgotten", Principal::operator(tenant).actor, before)
                .with("movements", movements)
                .with("sources", sources)
                .with("feed", feed)
                .with("aliases", aliases)
                .with("sightings", sightings);
        let unit = UnitOfWork::new(tenant, self.now()).with(Command::Audit(event));
        self.store().commit(unit).await?;
        Ok(())
    }

    /// Forgets jobs, messages and sessions of devices that have ended longer than [`ENDED_KEPT`] ago,
    /// tasks that have expired, and whom people have paid longer than [`PAYEE_KNOWN`] ago, at most a
    /// page of each ([`cartola_store::MAX_PAGE`]). Gives their number, so that the caller knows when to
    /// stop.
    pub async fn forget_ended(&self) -> Result<usize, EngineError> {
        let now = self.now();
        let jobs = self.store().forget_ended(now - ENDED_KEPT).await?;
        let tasks = self.store().forget_tasks(now).await?;
        let sessions = self.store().forget_sessions(now - ENDED_KEPT).await?;
        Ok(jobs + tasks + sessions + self.store().forget_payees(now - PAYEE_KNOWN).await?)
    }
}
