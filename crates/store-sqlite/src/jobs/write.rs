//! What adds, ends and forgets jobs.

use cartola_model::Failure;
use cartola_primitives::id::{ConsentId, JobId, LeaseId, TenantId};
use cartola_primitives::{Moment, Timestamp};
use cartola_store::encoding::codes;
use cartola_store::jobs::{JobEnd, JobOrder, Lane, ProgressNote, Queue, Standing, check_open};
use cartola_store::{MAX_PAGE, StoreError};
use rusqlite::{Connection, params};

use super::claim::milliseconds;
use super::{JOB, job_columns, read_failure, read_job};
use crate::columns::{Columns, bytes_or_null, damaged, sealed_columns, signed};
use crate::error::Doing;
use crate::outbox;
use crate::rows::{all, first};
use crate::unit::Unit;

const ADD: &str = concat!(
    "INSERT INTO job (tenant, ",
    job_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, 0, \
     NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL)"
);
const ONE_MORE: &str = "INSERT INTO job_turn (queue, tenant, turn, open) VALUES (?1, ?2, 0, 1) \
    ON CONFLICT (queue, tenant) DO UPDATE SET open = open + 1 RETURNING open";
const FEWER: &str = "UPDATE job_turn SET open = open - ?3 WHERE queue = ?1 AND tenant = ?2";
/// What is to be cancelled is due at once.
const RETRY: &str = "UPDATE job SET state = 1, failure = ?5, \
    not_before = iif(cancelled IS NULL, ?4, min(?4, ?6)), lease = NULL, \
    lease_epoch = NULL, lease_until = NULL, lease_term = NULL \
    WHERE tenant = ?1 AND id = ?2 AND lease = ?3 AND state = 2";
const END: &str = "UPDATE job SET state = ?4, ended_at = ?5, \
    failure = iif(?4 = 5, cancelled, coalesce(?6, failure)), \
    lease = NULL, lease_epoch = NULL, lease_until = NULL, lease_term = NULL \
    WHERE tenant = ?1 AND id = ?2 AND lease = ?3 AND state = 2 \
    AND (?4 <> 5 OR cancelled IS NOT NULL)";
const CANCEL_WAITING: &str = "UPDATE job SET state = 5, ended_at = ?4, \
    failure = coalesce(cancelled, ?3), cancelled = coalesce(cancelled, ?3) \
    WHERE tenant = ?1 AND id = ?2 AND queue = 1 AND state = 1";
const CANCEL_RUNNING: &str = "UPDATE job SET cancelled = coalesce(cancelled, ?3) \
    WHERE tenant = ?1 AND id = ?2 AND queue = 1 AND state = 2";
pub const UNDER: &str = "SELECT id, state FROM job \
    WHERE tenant = ?1 AND mandate = ?2 AND ended_at IS NULL AND queue = 1";
const PROLONG: &str = "UPDATE job SET lease_epoch = ?4, lease_until = ?5 + lease_term \
    WHERE tenant = ?1 AND id = ?2 AND lease = ?3 AND state = 2 RETURNING cancelled";
const NOTE: &str = "UPDATE job SET progress_step = ?4, progress_done = ?5, \
    progress_accounts = ?6, progress_movements = ?7 \
    WHERE tenant = ?1 AND id = ?2 AND lease = ?3 AND state = 2";
/// What was for its handlers alone.
const FORGET_ARGUMENTS: &str = "UPDATE job SET arguments_key = NULL, arguments_schema = NULL, \
    arguments_sealed = NULL, next_id = NULL, next_kind = NULL, next_key = NULL, \
    next_schema = NULL, next_sealed = NULL WHERE tenant = ?1 AND id = ?2";
pub const ENDED: &str =
    "SELECT tenant, id, queue FROM job WHERE ended_at < ?1 ORDER BY ended_at LIMIT ?2";
const FORGET: &str = "DELETE FROM job WHERE tenant = ?1 AND id = ?2";

pub fn enqueue(unit: &Unit<'_>, order: &JobOrder) -> Result<(), StoreError> {
    order.check()?;
    add_job(unit, order, None)
}

/// Adds a job that waits.
pub fn add_job(unit: &Unit<'_>, order: &JobOrder, after: Option<JobId>) -> Result<(), StoreError> {
    one_more_open(unit, order.queue)?;
    let arguments = sealed_columns(order.arguments.as_ref());
    let next = order.continuation.as_ref();
    let next_arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        order.id.as_bytes(),
        codes::queue(order.queue),
        order.kind.as_str(),
        bytes_or_null(order.link.as_ref()),
        order.lane.as_ref().map_or("", Lane::as_str),
        bytes_or_null(order.mandate.as_ref()),
        codes::priority(order.priority),
        order.not_before.as_microsecond(),
        arguments.0,
        arguments.1,
        arguments.2,
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        next_arguments.0,
        next_arguments.1,
        next_arguments.2,
        bytes_or_null(after.as_ref()),
        unit.at.as_microsecond(),
    ];
    unit.execute("adding a job", ADD, values).map(drop)
}

/// Counts one more job that has not ended, unless there are too many.
fn one_more_open(unit: &Unit<'_>, queue: Queue) -> Result<(), StoreError> {
    let values = params![codes::queue(queue), unit.tenant.as_bytes()];
    let open: Option<u64> =
        first(unit.connection, ONE_MORE, values, |columns: &mut Columns<'_>| columns.number())?;
    check_open(open.ok_or_else(damaged)? - 1)
}

/// Counts a job that is open again, or so many that have ended.
pub fn count_open(unit: &Unit<'_>, queue: Queue, change: OpenJobs) -> Result<(), StoreError> {
    match change {
        OpenJobs::OneMore => one_more_open(unit, queue),
        OpenJobs::Fewer(count) => {
            let values = params![codes::queue(queue), unit.tenant.as_bytes(), signed(count as u64)];
            unit.execute("counting jobs", FEWER, values).map(drop)
        }
    }
}

/// How the number of jobs that have not ended changes.
#[derive(Debug, Clone, Copy)]
pub enum OpenJobs {
    /// By one that was dead.
    OneMore,
    /// By so many that ended.
    Fewer(usize),
}

pub fn end_job(unit: &Unit<'_>, id: JobId, lease: LeaseId, end: JobEnd) -> Result<(), StoreError> {
    let (standing, failure) = match end {
        JobEnd::Retry { not_before, failure } => {
            let values = params![
                unit.tenant.as_bytes(),
                id.as_bytes(),
                lease.as_bytes(),
                not_before.as_microsecond(),
                failure.name(),
                unit.at.as_microsecond(),
            ];
            return unit.change("queueing a job again", RETRY, values);
        }
        JobEnd::Done => (Standing::Done, None),
        JobEnd::Dead { failure } => (Standing::Dead, Some(failure)),
        JobEnd::Cancelled => (Standing::Cancelled, None),
    };
    let values = params![
        unit.tenant.as_bytes(),
        id.as_bytes(),
        lease.as_bytes(),
        codes::standing(standing),
        unit.at.as_microsecond(),
        failure.map(Failure::name),
    ];
    unit.change("ending a job", END, values)?;
    finish(unit, id)
}

/// Forgets what was for the handlers of a job that has ended, counts it, and queues what follows.
fn finish(unit: &Unit<'_>, id: JobId) -> Result<(), StoreError> {
    let key = params![unit.tenant.as_bytes(), id.as_bytes()];
    let ended = first(unit.connection, JOB, key, read_job)?.ok_or_else(damaged)?.order;
    if ended.arguments.is_some() || ended.continuation.is_some() {
        unit.execute("forgetting the arguments of a job", FORGET_ARGUMENTS, key)?;
    }
    count_open(unit, ended.queue, OpenJobs::Fewer(1))?;
    go_on(unit, ended)
}

/// Queues the continuation of a job that has ended.
fn go_on(unit: &Unit<'_>, mut ended: JobOrder) -> Result<(), StoreError> {
    let Some(next) = ended.continuation.take() else { return Ok(()) };
    let after = ended.id;
    let order = JobOrder {
        id: next.id,
        kind: next.kind,
        link: None,
        lane: None,
        mandate: None,
        arguments: next.arguments,
        not_before: unit.at,
        ..ended
    };
    add_job(unit, &order, Some(after))
}

/// Cancels a job that stands so.
pub fn cancel_job(
    unit: &Unit<'_>,
    id: JobId,
    expected: Standing,
    failure: Failure,
) -> Result<(), StoreError> {
    const CANCELLING: &str = "cancelling a job";
    let (key, failure) = ((unit.tenant.as_bytes(), id.as_bytes()), failure.name());
    match expected {
        Standing::Queued => {
            let values = params![key.0, key.1, failure, unit.at.as_microsecond()];
            unit.change(CANCELLING, CANCEL_WAITING, values)?;
            finish(unit, id)
        }
        Standing::Running => {
            unit.change(CANCELLING, CANCEL_RUNNING, params![key.0, key.1, failure])
        }
        Standing::Done | Standing::Dead | Standing::Cancelled => {
            Err(StoreError::conflict(CANCELLING))
        }
    }
}

/// Cancels what is under a mandate.
pub fn cancel_under(
    unit: &Unit<'_>,
    mandate: ConsentId,
    failure: Failure,
) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), mandate.as_bytes()];
    let under: Vec<(JobId, Standing)> = all(unit.connection, UNDER, values, |columns| {
        Ok((columns.id()?, columns.code(codes::standing_of)?))
    })?;
    under.into_iter().try_for_each(|(id, standing)| cancel_job(unit, id, standing, failure))
}

pub fn prolong(
    connection: &Connection,
    tenant: TenantId,
    job: JobId,
    lease: LeaseId,
    moment: Moment,
) -> Result<Option<Failure>, StoreError> {
    const PROLONGING: &str = "prolonging a lease";
    let values = params![
        tenant.as_bytes(),
        job.as_bytes(),
        lease.as_bytes(),
        moment.epoch.as_bytes(),
        milliseconds(moment.elapsed),
    ];
    let prolonged = first(connection, PROLONG, values, read_failure)?;
    prolonged.ok_or_else(|| StoreError::conflict(PROLONGING))
}

pub fn note_progress(connection: &Connection, notes: &[ProgressNote]) -> Result<(), StoreError> {
    for ProgressNote { tenant, job, lease, progress } in notes {
        let values = params![
            tenant.as_bytes(),
            job.as_bytes(),
            lease.as_bytes(),
            codes::step(progress.step),
            progress.accounts_done,
            progress.accounts,
            signed(progress.movements),
        ];
        connection
            .prepare_cached(NOTE)
            .and_then(|mut it| it.execute(values))
            .doing("noting how far a job is")?;
    }
    Ok(())
}

/// Forgets a page of what ended before an instant.
pub fn forget_ended(connection: &Connection, before: Timestamp) -> Result<usize, StoreError> {
    let values = params![before.as_microsecond(), signed(MAX_PAGE as u64)];
    let ended: Vec<(TenantId, JobId, Queue)> = all(connection, ENDED, values, |columns| {
        Ok((columns.id()?, columns.id()?, columns.code(codes::queue_of)?))
    })?;
    for (tenant, id, queue) in &ended {
        let values = params![tenant.as_bytes(), id.as_bytes()];
        connection
            .prepare_cached(FORGET)
            .and_then(|mut it| it.execute(values))
            .doing("forgetting a job")?;
        if *queue == Queue::Outbox {
            outbox::forget(connection, *tenant, *id)?;
        }
    }
    Ok(ended.len())
}
