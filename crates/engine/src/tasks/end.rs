//! How a task ends.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_model::audit::AuditEvent;
use cartola_model::{Failure, Principal};
use cartola_primitives::Secret;
use cartola_primitives::id::{LinkId, TaskId, TenantId};
use cartola_store::Command;
use cartola_store::jobs::{JobEnd, JobKind};
use cartola_store::tasks::{TaskEnd, TaskRow};

use tokio::sync::Semaphore;

use super::{Ending, MAX_RESULT_BYTES};
use crate::work::{Handler, MAX_ATTEMPTS, Outcome, Task};
use crate::{Engine, EngineError};

/// A task whose reading went well.
pub struct Finished<'a> {
    /// What was wanted, as the facade calls it, without the facade's name.
    pub action: &'a str,
    /// Through which link it was read.
    pub link: LinkId,
}

/// Renders results of tasks, in a facade's words.
#[async_trait]
pub trait Renderer: Send + Sync {
    /// The kind of the job that does so. It never changes: jobs of older versions are in the queue.
    fn kind(&self) -> JobKind;

    /// The result; a failure where what was read cannot be one.
    async fn render(
        &self,
        engine: &Engine,
        who: &Principal,
        finished: &Finished<'_>,
    ) -> Result<Result<Vec<u8>, Failure>, EngineError>;
}

/// Results that are rendered at the same time: each may hold as many movements as one result.
pub const MAX_RENDERING: usize = 4;

/// Ends tasks, by what a renderer makes of them.
pub struct TaskEnds {
    renderer: Arc<dyn Renderer>,
    rendering: Semaphore,
}

impl TaskEnds {
    /// With a facade's renderer.
    pub fn new(renderer: Arc<dyn Renderer>) -> Self {
        Self { renderer, rendering: Semaphore::new(MAX_RENDERING) }
    }
}

impl Ending {
    pub(super) fn of(who: &Principal, task: TaskId) -> Self {
        Self { task, actor: who.actor.credential() }
    }

    pub(super) fn sealable(&self) -> Secret<Vec<u8>> {
        Secret::new(serde_json::to_vec(self).expect("ids are JSON"))
    }

    fn who(&self, tenant: TenantId) -> Principal {
        Principal::named(tenant, self.actor)
    }
}

#[async_trait]
impl Handler for TaskEnds {
    fn kind(&self) -> JobKind {
        self.renderer.kind()
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let dead = || Outcome::End(Vec::new(), JobEnd::Dead { failure: Failure::Internal });
        let Some(arguments) = &task.arguments else { return Ok(dead()) };
        let ending: Ending =
            serde_json::from_slice(arguments.expose()).map_err(EngineError::Content)?;
        // One that has expired meanwhile is nobody's any more.
        let Some(row) = engine.store().task(task.tenant, ending.task).await? else {
            return Ok(Outcome::End(Vec::new(), JobEnd::Done));
        };
        let who = ending.who(task.tenant);
        let outcome = match self.outcome(engine, &who, task, &row).await {
            // The last time: whoever looks is told that we failed.
            Err(_) if task.row.attempts >= MAX_ATTEMPTS => Err(Failure::Internal),
            outcome => outcome?,
        };
        let mut commands = engine.proof_of_destruction(&who, task, &row).await?;
        let end = engine.task_end(&who, &row, outcome).await?;
        commands.push(Command::EndTask { id: row.id, end });
        Ok(Outcome::End(commands, JobEnd::Done))
    }
}

impl TaskEnds {
    async fn outcome(
        &self,
        engine: &Engine,
        who: &Principal,
        task: &Task,
        row: &TaskRow,
    ) -> Result<Result<Vec<u8>, Failure>, EngineError> {
        if let Err(failure) = task.before.unwrap_or(Err(Failure::Internal)) {
            return Ok(Err(failure));
        }
        let Some(link) = row.link else { return Ok(Err(Failure::Internal)) };
        let (_, action) = row.action.split_once('/').unwrap_or_default();
        let finished = Finished { action, link };
        let turn = self.rendering.acquire().await;
        let _turn = turn.map_err(|_| EngineError::Interrupted)?;
        let rendered = self.renderer.render(engine, who, &finished).await?;
        Ok(rendered.and_then(|result| match result.len() {
            0..=MAX_RESULT_BYTES => Ok(result),
            _ => Err(Failure::LimitExceeded),
        }))
    }
}

impl Engine {
    async fn task_end(
        &self,
        who: &Principal,
        row: &TaskRow,
        outcome: Result<Vec<u8>, Failure>,
    ) -> Result<TaskEnd, EngineError> {
        let at = self.now();
        let result = match outcome {
            Ok(result) => Secret::new(result),
            Err(failure) => return Ok(TaskEnd { at, failure: Some(failure), result: None }),
        };
        let link = match row.link {
            Some(link) => self.store().link(who.tenant, link).await?,
            None => None,
        };
        let person = link.and_then(|link| link.person);
        let key = self.vault().key_of(who.tenant, person, self.minter(), at).await?;
        let place = TaskRow::place(who.tenant, &row.id);
        let sealed = self.vault().seal(&key, &place, result.expose())?;
        Ok(TaskEnd { at, failure: None, result: Some(sealed) })
    }

    /// Looks whether the credentials that came with the task are gone, and has the audit trail say
    /// so: the unit that ended the reading forgot them.
    async fn proof_of_destruction(
        &self,
        who: &Principal,
        task: &Task,
        row: &TaskRow,
    ) -> Result<Vec<Command>, EngineError> {
        let (Some(job), Some(mandate)) = (task.row.after, row.mandate) else {
            return Ok(Vec::new());
        };
        let reading = self.store().job(who.tenant, job).await?;
        if reading.is_some_and(|reading| reading.order.arguments.is_some()) {
            return Err(EngineError::Interrupted);
        }
        let proof = AuditEvent::once("credentials.destroyed", who.actor, mandate)
            .with("task", row.id)
            .with("job", job);
        Ok(vec![Command::Audit(proof)])
    }
}
