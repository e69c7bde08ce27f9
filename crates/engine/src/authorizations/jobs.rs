//! The jobs that end what nobody decided, used or took in time.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::DataKey;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AuthorizationId, EnrolmentId, JobId, TenantId};
use cartola_store::jobs::{JobEnd, JobKind, JobOrder, Priority, Queue};
use serde::{Deserialize, Serialize};

use super::by::By;
use crate::work::{Handler, Outcome, Task};
use crate::{Engine, EngineError};

/// Ends an authorization. The name never changes: jobs of older versions are in the queue.
fn expiry() -> JobKind {
    JobKind::parse("authorization.expire").expect("the name of our own kind is sound")
}

/// Ends an enrolment whose code no phone took. The name never changes.
fn lapse() -> JobKind {
    JobKind::parse("enrolment.lapse").expect("the name of our own kind is sound")
}

/// Who runs them.
pub(crate) fn handlers() -> [Arc<dyn Handler>; 2] {
    [Arc::new(Expiry), Arc::new(Lapse)]
}

/// What is ended, sealed with the job.
#[derive(Serialize, Deserialize)]
pub(super) enum Job {
    #[serde(rename = "authorization")]
    Expire(AuthorizationId),
    #[serde(rename = "enrolment")]
    Lapse(EnrolmentId),
}

impl Job {
    fn kind(&self) -> JobKind {
        match self {
            Self::Expire(_) => expiry(),
            Self::Lapse(_) => lapse(),
        }
    }

    fn of(task: &Task) -> Result<Option<Self>, EngineError> {
        let arguments = task.arguments.as_ref();
        let read = arguments.map(|arguments| serde_json::from_slice(arguments.expose()));
        read.transpose().map_err(EngineError::Content)
    }
}

fn over() -> Outcome {
    Outcome::End(Vec::new(), JobEnd::Done)
}

struct Expiry;

#[async_trait]
impl Handler for Expiry {
    fn kind(&self) -> JobKind {
        expiry()
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let Some(Job::Expire(id)) = Job::of(task)? else { return Ok(over()) };
        let row = engine.store().authorization(task.tenant, id).await?;
        let commands = row.map(|row| engine.expiring(task.tenant, &row)).unwrap_or_default();
        Ok(Outcome::End(commands, JobEnd::Done))
    }
}

struct Lapse;

#[async_trait]
impl Handler for Lapse {
    fn kind(&self) -> JobKind {
        lapse()
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let Some(Job::Lapse(id)) = Job::of(task)? else { return Ok(over()) };
        let Some(row) = engine.store().enrolment(task.tenant, id).await? else { return Ok(over()) };
        let Ok(state) = row.standing.state.lapse(engine.now()) else { return Ok(over()) };
        let moved = engine.moving_enrolment(task.tenant, &By::clock(), &row, state).await?;
        Ok(Outcome::End(moved.0, JobEnd::Done))
    }
}

impl Engine {
    /// The job that ends something in time.
    pub(super) fn ending_order(
        &self,
        (tenant, not_before): (TenantId, Timestamp),
        key: &DataKey,
        job: &Job,
    ) -> Result<JobOrder, EngineError> {
        let id: JobId = self.minter().mint();
        let sealed = self.vault().seal_record(key, &JobOrder::place(tenant, &id), job)?;
        Ok(JobOrder {
            id,
            queue: Queue::Work,
            kind: job.kind(),
            link: None,
            lane: None,
            mandate: None,
            arguments: Some(sealed),
            not_before,
            priority: Priority::Normal,
            continuation: None,
        })
    }
}
