//! Cancelling readings.
//!
//! The taxonomy of failure has no word for what somebody no longer wants. In the store it has a state
//! of its own, [`JobState::Cancelled`]; whoever waits, a callback's receiver and a task's client are
//! told a failure, since facades have words for these alone:
//!
//! - [`Failure::ConsentRevoked`] where a mandate was withdrawn, which is what happened;
//! - [`Failure::Timeout`] where the tenant cancelled: there was no answer in the time that whoever
//!   asked gave it. It blames neither credentials nor person nor bank, and says that asking again may
//!   help. `internal` would call for an operator, `request_invalid` says that asking again is in vain,
//!   and `consent_revoked` that the person has to be asked.

use cartola_model::audit::AuditEvent;
use cartola_model::{Failure, Principal};
use cartola_primitives::id::{ConsentId, JobId, TaskId};
use cartola_store::jobs::{JobState, Queue};
use cartola_store::{Command, UnitOfWork};

use super::run;
use crate::once::Reply;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// What whoever waits for a reading is told that its tenant has cancelled.
const CANCELLED: Failure = Failure::Timeout;

/// How far a cancelled reading has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cancelled {
    /// It waited, and has ended.
    AtOnce,
    /// It ran. Its worker lets go of it: at once in this process, with its next heartbeat in another
    /// one. Where what it read was just being kept, it may end as done.
    Underway,
}

/// Why nothing is cancelled.
#[derive(Debug, thiserror::Error)]
pub enum CancelError {
    /// The tenant has no reading, or task, of that id.
    #[error("there is no such reading")]
    Unknown,
    /// It has ended, whichever way.
    #[error("the reading has ended already")]
    Ended,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for CancelError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

/// Cancels what is read under a mandate, with the unit that withdraws it.
pub(crate) const fn cancelling_under(mandate: ConsentId) -> Command {
    Command::CancelJobsUnder { mandate, failure: Failure::ConsentRevoked }
}

impl Engine {
    /// Cancels a reading of the tenant. What follows from it runs all the same, and finds out why.
    pub async fn cancel_reading(
        &self,
        who: &Principal,
        job: JobId,
        reply: Reply<'_, Cancelled>,
    ) -> Result<Cancelled, CancelError> {
        let audited = AuditEvent::once("reading.cancelled", who.actor, job);
        self.cancel(who, job, &audited, &reply).await
    }

    /// Cancels a task of the tenant, with the reading that does it. The task ends as a failure, and
    /// its credentials are destroyed, as with every task.
    pub async fn cancel_task(
        &self,
        who: &Principal,
        id: TaskId,
        reply: Reply<'_, Cancelled>,
    ) -> Result<Cancelled, CancelError> {
        let row = self.store().task(who.tenant, id).await.map_err(EngineError::from)?;
        let row = row.filter(|row| self.now() < row.expires_at).ok_or(CancelError::Unknown)?;
        // Without a job, it was decided at once that nothing would be read.
        let job = row.job.ok_or(CancelError::Ended)?;
        let audited = AuditEvent::once("task.cancelled", who.actor, id).with("job", job);
        self.cancel(who, job, &audited, &reply).await
    }

    async fn cancel(
        &self,
        who: &Principal,
        id: JobId,
        audited: &AuditEvent,
        reply: &Reply<'_, Cancelled>,
    ) -> Result<Cancelled, CancelError> {
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let job = self.store().job(who.tenant, id).await.map_err(EngineError::from)?;
            let is_reading =
                job.filter(|job| job.order.queue == Queue::Work && job.order.kind == run::kind());
            let job = is_reading.ok_or(CancelError::Unknown)?;
            let cancelled = match job.state {
                JobState::Queued => Cancelled::AtOnce,
                JobState::Running(_) => Cancelled::Underway,
                JobState::Done { .. } | JobState::Dead { .. } | JobState::Cancelled { .. } => {
                    return Err(CancelError::Ended);
                }
            };
            let (expected, failure) = (job.state.standing(), CANCELLED);
            let mut work = UnitOfWork::new(who.tenant, self.now())
                .with(Command::CancelJob { id, expected, failure })
                .with(Command::Audit(audited.clone()));
            work.commands.extend(reply.command(self, &cancelled)?);
            self.commit_cancelling(work).await?;
            if cancelled == Cancelled::AtOnce {
                let told = job.cancelled.unwrap_or(failure);
                self.inner.waiters.tell(id, Err(told));
            }
            Ok(cancelled)
        })
        .await
    }
}
