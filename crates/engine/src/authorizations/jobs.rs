//! The job that ends what nobody decided, or what nobody used, in time.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::DataKey;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AuthorizationId, JobId, TenantId};
use cartola_store::jobs::{JobEnd, JobKind, JobOrder, Priority, Queue};
use serde::{Deserialize, Serialize};

use crate::work::{Handler, Outcome, Task};
use crate::{Engine, EngineError};

/// The kind. It never changes: jobs of older versions are in the queue.
fn expiry() -> JobKind {
    JobKind::parse("authorization.expire").expect("the name of our own kind is sound")
}

/// Who in the audit trail ends what is over.
const ACTOR: &str = "clock";

/// Who runs it.
pub(crate) fn handlers() -> [Arc<dyn Handler>; 1] {
    [Arc::new(Expiry)]
}

/// What it needs to know, sealed with the job.
#[derive(Serialize, Deserialize)]
pub(super) struct Arguments {
    authorization: AuthorizationId,
}

impl Arguments {
    pub const fn of(authorization: AuthorizationId) -> Self {
        Self { authorization }
    }
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
        let over = || Ok(Outcome::End(Vec::new(), JobEnd::Done));
        let Some(arguments) = &task.arguments else { return over() };
        let arguments: Arguments =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        let tenant = task.tenant;
        let row = engine.store().authorization(tenant, arguments.authorization).await?;
        let Some(row) = row else { return over() };
        let Ok(state) = row.standing.state.expire(engine.now()) else { return over() };
        let commands = engine.moving_authorization(tenant, ACTOR, &row, (state, None));
        Ok(Outcome::End(commands, JobEnd::Done))
    }
}

impl Engine {
    pub(super) fn expiry_order(
        &self,
        (tenant, not_before): (TenantId, Timestamp),
        key: &DataKey,
        arguments: &Arguments,
    ) -> Result<JobOrder, EngineError> {
        let id: JobId = self.minter().mint();
        let sealed = self.vault().seal_record(key, &JobOrder::place(tenant, &id), arguments)?;
        Ok(JobOrder {
            id,
            queue: Queue::Work,
            kind: expiry(),
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
