//! The queue of jobs.

mod claim;
mod write;

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
use cartola_store::{Jobs, MAX_PAGE, Page, StoreError};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::rows::{each, first, one_more, only, page};
use crate::value::{Value, values};

pub use self::claim::milliseconds;
pub use self::write::{
    add_job, cancel_job, cancel_under, count_one_more, end_done, end_job, enqueue,
};

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

/// What says where a job stands.
macro_rules! state_columns {
    () => {
        "state, ended_at, lease, lease_epoch, lease_until, lease_term"
    };
}
pub(crate) use state_columns;

/// How many those are.
pub const STATE_COLUMNS: usize = 6;

const JOB: &str = concat!("SELECT ", job_columns!(), " FROM job WHERE tenant = $1 AND id = $2");
const JOBS: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM job WHERE tenant = $1 AND id > $2 AND queue = $4 ORDER BY id LIMIT $3"
);
const JOBS_STANDING: &str = concat!(
    "SELECT ",
    job_columns!(),
    " FROM job WHERE tenant = $1 AND id > $2 AND queue = $4 AND state = $5 ORDER BY id LIMIT $3"
);
const LEASES: &str = "SELECT lease, epoch, until, term FROM all_leases($1)";
const NEXT_DUE: &str = "SELECT next_due($1)";
const PROLONG: &str = "UPDATE job SET lease_epoch = $4, lease_until = $5 + lease_term \
    WHERE tenant = $1 AND id = $2 AND lease = $3 AND state + 0 = 2 RETURNING cancelled";
const NOTE_PROGRESS: &str = "SELECT note_progress($1, $2, $3, $4, $5, $6, $7)";
const FORGET_ENDED: &str = "SELECT forget_ended_jobs($1, $2)";

#[async_trait]
impl Jobs for PostgresStore {
    async fn claim(&self, claim: Claim) -> Result<Vec<ClaimedJob>, StoreError> {
        claim::claim(self, &claim).await
    }

    async fn prolong(
        &self,
        tenant: TenantId,
        job: JobId,
        lease: LeaseId,
        moment: Moment,
    ) -> Result<Option<Failure>, StoreError> {
        let elapsed = milliseconds(moment.elapsed);
        let values = values![&tenant, &job, &lease, &moment.epoch, elapsed];
        let prolonged = self.connect().await?.write(tenant, PROLONG, &values).await?;
        let cancelled = first(&prolonged, read_failure)?;
        cancelled.ok_or_else(|| StoreError::conflict("prolonging a lease"))
    }

    async fn note_progress(&self, notes: Vec<ProgressNote>) -> Result<(), StoreError> {
        let numbers = |number: fn(&Progress) -> Value| {
            Value::List(notes.iter().map(|note| number(&note.progress)).collect())
        };
        let values = values![
            Value::ids(notes.iter().map(|note| &note.tenant)),
            Value::ids(notes.iter().map(|note| &note.job)),
            Value::ids(notes.iter().map(|note| &note.lease)),
            numbers(|progress| codes::step(progress.step).into()),
            numbers(|progress| progress.accounts_done.into()),
            numbers(|progress| progress.accounts.into()),
            numbers(|progress| progress.movements.into()),
        ];
        self.of_nobody(NOTE_PROGRESS, values).await.map(drop)
    }

    async fn leases(&self, queue: Queue) -> Result<Vec<Lease>, StoreError> {
        each(&self.of_nobody(LEASES, values![codes::queue(queue)]).await?, read_lease)
    }

    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, StoreError> {
        let rows = self.of_nobody(NEXT_DUE, values![codes::queue(queue)]).await?;
        only(&rows, |columns: &mut Columns<'_>| columns.optional_timestamp())
    }

    fn arrivals(&self) -> Arrivals {
        self.signal().arrivals()
    }

    async fn job(&self, tenant: TenantId, id: JobId) -> Result<Option<JobRow>, StoreError> {
        self.first(tenant, JOB, values![&tenant, &id], read_job).await
    }

    async fn jobs(
        &self,
        tenant: TenantId,
        queue: Queue,
        standing: Option<Standing>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Page<JobRow, JobId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let mut values = values![&tenant, after, one_more(limit), codes::queue(queue)];
        values.extend(standing.map(|standing| Value::from(codes::standing(standing))));
        let query = if standing.is_some() { JOBS_STANDING } else { JOBS };
        let rows = self.all(tenant, query, values, read_job).await?;
        Ok(page(rows, limit, |row| row.order.id))
    }

    async fn forget_ended(&self, before: Timestamp) -> Result<usize, StoreError> {
        let values = values![before, MAX_PAGE as u64];
        only(&self.of_nobody(FORGET_ENDED, values).await?, |columns: &mut Columns<'_>| {
            columns.number()
        })
    }
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
