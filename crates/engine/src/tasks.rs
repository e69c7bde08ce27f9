//! Tasks: readings that a client asks for and looks at until they have ended.
//!
//! A task is begun in one unit of work with its mandate and the job that reads. When that job has
//! ended, whichever way, its continuation renders what came of it, in the facade's words, and ends the
//! task, once. The result is sealed, shown as long as the mandate holds and was not narrowed, and forgotten
//! after [`TASK_KEPT`].

mod end;

use cartola_model::{Failure, InstitutionId, Principal};
use cartola_primitives::id::{ConsentId, TaskId};
use cartola_primitives::{Rut, Secret, SignedDuration, Timestamp};
use cartola_store::consents::ConsentRow;
use cartola_store::jobs::{JobKind, JobState};
use cartola_store::tasks::{TaskEnd, TaskRow, TaskSight};
use cartola_store::{Command, UnitOfWork};
use serde::{Deserialize, Serialize};

use crate::access::Subject;
use crate::links::LinkError;
use crate::readings::{Call, CallTask, Next, ReadScope, Wanted};
use crate::{Engine, EngineError};

pub use end::{Finished, Renderer, TaskEnds};

/// How long a task and its result are kept.
pub const TASK_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Longest result, in bytes: some 20,000 movements.
pub const MAX_RESULT_BYTES: usize = 8 << 20;

/// A task that is wanted.
pub struct TaskOrder<'a> {
    /// What is wanted, as the facade calls it. Nothing personal.
    pub action: String,
    /// With what the institution is asked. Its term is [`TASK_KEPT`], whatever it says.
    pub call: Call<'a>,
    /// What it is asked for.
    pub scope: ReadScope,
    /// Who renders the result.
    pub renderer: JobKind,
}

/// A task as it stands.
pub struct TaskStanding {
    /// The row.
    pub row: TaskRow,
    /// Where it stands.
    pub state: TaskState,
}

/// Where a task stands.
pub enum TaskState {
    /// It waits.
    Pending,
    /// Its institution is being asked, or what it said rendered.
    Running,
    /// It has its result.
    Done(Secret<Vec<u8>>),
    /// It came to nothing.
    Failed(Failure),
}

/// What the continuation of a task needs to know, sealed with its job.
#[derive(Serialize, Deserialize)]
struct Ending {
    task: TaskId,
    actor: Option<cartola_primitives::id::CredentialId>,
}

impl Engine {
    /// Begins a task. What is known to come to nothing is a task that has ended.
    pub async fn begin_task(
        &self,
        who: &Principal,
        order: TaskOrder<'_>,
    ) -> Result<TaskId, LinkError> {
        let TaskOrder { action, call, scope, renderer } = order;
        let task = CallTask { id: self.mint(), action };
        let call = Call { lasts: TASK_KEPT, task: Some(&task), ..call };
        let wanted = |_: ConsentId| Wanted {
            next: Some(Next {
                kind: renderer.clone(),
                arguments: Ending::of(who, task.id).sealable(),
            }),
            told_by: Some(self.now() + TASK_KEPT),
            ..Wanted::told_later(scope)
        };
        match self.request_call(who, &call, wanted).await {
            Err(
                error @ (LinkError::Locked { .. }
                | LinkError::Barred { .. }
                | LinkError::QuotaUsed { .. }),
            ) => {
                self.refuse_task(who, &task, error.failure()).await?;
            }
            accepted => drop(accepted?),
        }
        Ok(task.id)
    }

    async fn refuse_task(
        &self,
        who: &Principal,
        task: &CallTask,
        failure: Failure,
    ) -> Result<(), EngineError> {
        let now = self.now();
        let row = TaskRow {
            id: task.id,
            action: task.action.clone(),
            link: None,
            job: None,
            ending: None,
            mandate: None,
            created_at: now,
            expires_at: now + TASK_KEPT,
            end: Some(TaskEnd { at: now, failure: Some(failure), result: None }),
        };
        self.store().commit(UnitOfWork::new(who.tenant, now).with(Command::AddTask(row))).await?;
        Ok(())
    }

    /// A task of the tenant, unless it has expired, or what allowed it has ended or been narrowed: its
    /// mandate was about all that was asked for, and the result is served whole or not at all.
    pub async fn task(
        &self,
        who: &Principal,
        id: TaskId,
    ) -> Result<Option<TaskStanding>, EngineError> {
        self.note_access(who, "task.read", Subject::one(id));
        let now = self.now();
        let sight = self.store().task_sight(who.tenant, id).await?;
        let Some(sight) = sight.filter(|sight| now < sight.row.expires_at) else {
            return Ok(None);
        };
        let allows = |mandate: &ConsentRow| mandate.state.holds(now) && mandate.data.is_none();
        if sight.row.mandate.is_some() && !sight.mandate.as_ref().is_some_and(allows) {
            return Ok(None);
        }
        let state = match &sight.row.end {
            Some(end) => self.state_of_end(who, &sight.row, end).await?,
            None => state_of_jobs(&sight),
        };
        Ok(Some(TaskStanding { row: sight.row, state }))
    }

    async fn state_of_end(
        &self,
        who: &Principal,
        row: &TaskRow,
        end: &TaskEnd,
    ) -> Result<TaskState, EngineError> {
        match end {
            TaskEnd { failure: Some(failure), .. } => Ok(TaskState::Failed(*failure)),
            TaskEnd { result: Some(sealed), .. } => {
                let place = TaskRow::place(who.tenant, &row.id);
                Ok(TaskState::Done(self.vault().open_sealed(&place, sealed).await?))
            }
            TaskEnd { result: None, .. } => Ok(TaskState::Failed(Failure::Internal)),
        }
    }

    /// Until when an institution is not asked for a person, whoever wants it.
    pub async fn locked_until(
        &self,
        who: &Principal,
        institution: &InstitutionId,
        rut: Rut,
    ) -> Result<Option<Timestamp>, EngineError> {
        self.note_access(who, "lock.read", Subject::list("locks"));
        let person = self.person_by_rut(who.tenant, rut).await?;
        match self.refuse_locked(who, institution, person).await {
            Err(LinkError::Locked { until }) => Ok(Some(until)),
            Err(LinkError::Engine(error)) => Err(error),
            Ok(()) | Err(_) => Ok(None),
        }
    }
}

/// Where a task stands that has not ended.
const fn state_of_jobs(sight: &TaskSight) -> TaskState {
    // What should have ended it was given up: nobody will.
    if let Some(JobState::Dead { .. } | JobState::Cancelled { .. }) = sight.ending {
        return TaskState::Failed(Failure::Internal);
    }
    match sight.job {
        Some(JobState::Queued) => TaskState::Pending,
        Some(_) => TaskState::Running,
        None => TaskState::Failed(Failure::Internal),
    }
}
