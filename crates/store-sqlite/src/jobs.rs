//! The queue of jobs.

mod claim;
#[cfg(test)]
mod plans;
mod write;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cartola_model::Failure;
use cartola_primitives::id::{JobId, LeaseId, TenantId};
use cartola_primitives::{Moment, Timestamp};
use cartola_store::arrivals::Arrivals;
use cartola_store::encoding::codes;
use cartola_store::jobs::{
    Claim, ClaimedJob, Continuation, JobKind, JobOrder, JobRow, JobState, Lane, Lease, Progress,
    ProgressNote, Queue, Standing,
};
use cartola_store::{Jobs, Page, StoreError};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, damaged};
use crate::rows::{all, first, page};

pub use self::claim::milliseconds;
pub use self::write::{OpenJobs, add_job, cancel_job, cancel_under, count_open, end_job, enqueue};

macro_rules! job_columns {
    () => {
        "id, queue, kind, link, lane, mandate, priority, not_before, arguments_key, \
         arguments_schema, arguments_sealed, next_id, next_kind, next_key, next_schema, \
         next_sealed, after, created_at, attempts, failure, cancelled, progress_step, \
         progress_done, progress_accounts, progress_movements, state, ended_at, lease, \
         lease_epoch, lease_until, lease_term"
    };
}
use job_columns;

const JOB: &str = concat!("SELECT ", job_columns!(), " FROM job WHERE tenant = ?1 AND id = ?2");
const STATE: &str = "SELECT state, ended_at, lease, lease_epoch, lease_until, lease_term FROM job \
    WHERE tenant = ?1 AND id = ?2";
// The sign keeps the planner from reading a whole queue by its states and sorting it.
const JOBS: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM job WHERE tenant = ?1 AND id > ?2 AND +queue = ?3 ORDER BY id"
);
const JOBS_STANDING: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM job WHERE tenant = ?1 AND id > ?2 AND queue = ?3 AND state = ?4 ORDER BY id"
);
const LEASES: &str =
    "SELECT lease, lease_epoch, lease_until, lease_term FROM job WHERE queue = ?1 AND state = 2";
const NEXT_DUE: &str = "SELECT min(not_before) FROM job WHERE queue = ?1 AND state = 1";

#[async_trait]
impl Jobs for SqliteStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<ClaimedJob>, StoreError> {
        // A worker that looks for jobs now and then does not keep the writer from its work.
        let claim = Arc::new(claim);
        let asked = Arc::clone(&claim);
        if !self.glance(move |connection| claim::is_worth(connection, &asked)).await? {
            return Ok(Vec::new());
        }
        // There is a lease for each place, and jobs for few of them as a rule: it is a small unit.
        self.write(1, move |connection| claim::claim(connection, &claim)).await
    }

    async fn prolong(
        &self,
        tenant: TenantId,
        job: JobId,
        lease: LeaseId,
        moment: Moment,
    ) -> Result<Option<Failure>, StoreError> {
        self.write(1, move |connection| write::prolong(connection, tenant, job, lease, moment))
            .await
    }

    async fn note_progress(&self, notes: Vec<ProgressNote>) -> Result<(), StoreError> {
        self.write(notes.len(), move |connection| write::note_progress(connection, &notes)).await
    }

    async fn leases(&self, queue: Queue) -> Result<Vec<Lease>, StoreError> {
        self.read(move |connection| all(connection, LEASES, [codes::queue(queue)], read_lease))
            .await
    }

    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, StoreError> {
        self.read(move |connection| next_due(connection, queue)).await
    }

    fn arrivals(&self) -> Arrivals {
        self.signal().arrivals()
    }

    async fn job(&self, tenant: TenantId, id: JobId) -> Result<Option<JobRow>, StoreError> {
        self.first(JOB, tenant, *id.as_bytes(), read_job).await
    }

    async fn jobs(
        &self,
        tenant: TenantId,
        queue: Queue,
        standing: Option<Standing>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Page<JobRow, JobId>, StoreError> {
        self.read(move |connection| {
            let (after, queue) = (bytes_or_empty(after.as_ref()), codes::queue(queue));
            let key = |row: &JobRow| row.order.id;
            let take = |columns: &mut Columns<'_>| read_job(columns).map(Some);
            match standing.map(codes::standing) {
                None => {
                    let values = params![tenant.as_bytes(), after, queue];
                    page(connection, JOBS, values, limit, key, take)
                }
                Some(state) => {
                    let values = params![tenant.as_bytes(), after, queue, state];
                    page(connection, JOBS_STANDING, values, limit, key, take)
                }
            }
        })
        .await
    }

    async fn forget_ended(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(cartola_store::MAX_PAGE, move |connection| {
            write::forget_ended(connection, before)
        })
        .await
    }
}

fn next_due(connection: &Connection, queue: Queue) -> Result<Option<Timestamp>, StoreError> {
    let due = first(connection, NEXT_DUE, [codes::queue(queue)], |columns: &mut Columns<'_>| {
        columns.optional_timestamp()
    })?;
    Ok(due.flatten())
}

/// Where a job stands, on one state of the store with what else is read there.
pub fn state_of(
    connection: &Connection,
    tenant: TenantId,
    id: JobId,
) -> Result<Option<JobState>, StoreError> {
    first(connection, STATE, params![tenant.as_bytes(), id.as_bytes()], read_state)
}

fn read_job(columns: &mut Columns<'_>) -> Result<JobRow, StoreError> {
    let mut order = JobOrder {
        id: columns.id()?,
        queue: columns.code(codes::queue_of)?,
        kind: read_kind(columns)?,
        link: columns.optional_id()?,
        lane: read_lane(columns)?,
        mandate: columns.optional_id()?,
        priority: columns.code(codes::priority_of)?,
        not_before: columns.timestamp()?,
        arguments: columns.optional_sealed()?,
        continuation: None,
    };
    order.continuation = read_continuation(columns)?;
    Ok(JobRow {
        order,
        after: columns.optional_id()?,
        created_at: columns.timestamp()?,
        attempts: columns.number()?,
        last_failure: read_failure(columns)?,
        cancelled: read_failure(columns)?,
        progress: read_progress(columns)?,
        state: read_state(columns)?,
    })
}

fn read_progress(columns: &mut Columns<'_>) -> Result<Option<Progress>, StoreError> {
    let Some(step) = columns.optional_integer()? else {
        columns.skip(3);
        return Ok(None);
    };
    Ok(Some(Progress {
        step: codes::step_of(step).ok_or_else(damaged)?,
        accounts_done: columns.number()?,
        accounts: columns.number()?,
        movements: columns.number()?,
    }))
}

fn read_failure(columns: &mut Columns<'_>) -> Result<Option<Failure>, StoreError> {
    let name = columns.optional_text()?;
    name.map(|name| Failure::parse(name).ok_or_else(damaged)).transpose()
}

fn read_kind(columns: &mut Columns<'_>) -> Result<JobKind, StoreError> {
    columns.word(|name| JobKind::parse(name).ok())
}

pub fn read_lane(columns: &mut Columns<'_>) -> Result<Option<Lane>, StoreError> {
    match columns.text()? {
        "" => Ok(None),
        name => Lane::parse(name).map(Some).map_err(|_| damaged()),
    }
}

pub fn read_continuation(columns: &mut Columns<'_>) -> Result<Option<Continuation>, StoreError> {
    let Some(id) = columns.optional_id()? else {
        columns.skip(4);
        return Ok(None);
    };
    let (kind, arguments) = (read_kind(columns)?, columns.optional_sealed()?);
    Ok(Some(Continuation { id, kind, arguments }))
}

/// The state, of the columns from `state` on.
pub fn read_state(columns: &mut Columns<'_>) -> Result<JobState, StoreError> {
    let standing = columns.code(codes::standing_of)?;
    let ended_at = columns.optional_timestamp()?;
    match (standing, ended_at) {
        (Standing::Queued, None) => Ok(JobState::Queued),
        (Standing::Running, None) => read_lease(columns).map(JobState::Running),
        (Standing::Done, Some(at)) => Ok(JobState::Done { at }),
        (Standing::Dead, Some(at)) => Ok(JobState::Dead { at }),
        (Standing::Cancelled, Some(at)) => Ok(JobState::Cancelled { at }),
        _ => Err(damaged()),
    }
}

fn read_lease(columns: &mut Columns<'_>) -> Result<Lease, StoreError> {
    Ok(Lease {
        id: columns.id()?,
        epoch: columns.id()?,
        until: Duration::from_millis(columns.number()?),
        term: Duration::from_millis(columns.number()?),
    })
}
