//! Tasks: extractions that a client asks for, and looks at until they have ended.
//!
//! A task is what the client sees of a reading. Its job does the work; the task keeps what came of it,
//! as the facade says it, until it expires.

use async_trait::async_trait;
use cartola_crypto::{Place, Sealed};
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, JobId, LinkId, TaskId, TenantId};

use crate::consents::ConsentRow;
use crate::jobs::JobState;
use crate::{Page, StoreError};

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRow {
    /// Its id.
    pub id: TaskId,
    /// What was asked for, in the words of its facade, such as `synaptic/banco-chile:tef`: its name, a slash, and its own word. Nothing
    /// personal.
    pub action: String,
    /// Through which link; absent where it was decided at once that nothing would be read.
    pub link: Option<LinkId>,
    /// The job that reads; absent where there is no link.
    pub job: Option<JobId>,
    /// The job that follows and ends the task; absent where there is no link.
    pub ending: Option<JobId>,
    /// What allows it; absent where there is no link.
    pub mandate: Option<ConsentId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it is forgotten, whether or not anybody has looked.
    pub expires_at: Timestamp,
    /// What came of it, once it has ended.
    pub end: Option<TaskEnd>,
}

impl TaskRow {
    /// Where its result is sealed.
    pub fn place(tenant: TenantId, id: &TaskId) -> Place<'_> {
        Place { tenant, table: "task", row: id.as_bytes(), column: "result" }
    }
}

/// What came of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEnd {
    /// When it ended.
    pub at: Timestamp,
    /// Why it came to nothing, if it did.
    pub failure: Option<Failure>,
    /// The result, as the facade says it.
    pub result: Option<Sealed>,
}

/// A task, and what it stands by at the same moment. What it names and is not there any more is absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskSight {
    /// The task.
    pub row: TaskRow,
    /// What allows it.
    pub mandate: Option<ConsentRow>,
    /// Where the job stands that reads.
    pub job: Option<JobState>,
    /// Where the job stands that ends it.
    pub ending: Option<JobState>,
}

/// Reads of tasks.
#[async_trait]
pub trait Tasks: Send + Sync {
    /// The task of that id.
    async fn task(&self, tenant: TenantId, id: TaskId) -> Result<Option<TaskRow>, StoreError>;

    /// The task of that id with what it stands by: what a client looks at, again and again until it has
    /// ended.
    async fn task_sight(
        &self,
        tenant: TenantId,
        id: TaskId,
    ) -> Result<Option<TaskSight>, StoreError>;

    /// Tasks, by id, which is by age.
    async fn tasks(
        &self,
        tenant: TenantId,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Page<TaskRow, TaskId>, StoreError>;

    /// Forgets tasks that had expired by an instant; at most a page of them
    /// ([`crate::MAX_PAGE`]). Gives their number, so that the caller knows when to stop.
    async fn forget_tasks(&self, now: Timestamp) -> Result<usize, StoreError>;
}
