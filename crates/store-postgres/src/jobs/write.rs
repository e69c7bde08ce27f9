//! What adds and ends jobs.

use cartola_model::Failure;
use cartola_primitives::id::{ConsentId, JobId, LeaseId};
use cartola_store::encoding::codes;
use cartola_store::jobs::{JobEnd, JobOrder, Lane, MAX_OPEN_JOBS, Queue, Standing};
use cartola_store::{StoreError, StoreErrorKind};

use super::job_columns;
use crate::unit::Unit;
use crate::value::{Value, values};

const ADD: &str = concat!(
    "INSERT INTO job (tenant, ",
    job_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 0, \
     NULL, NULL, NULL, NULL, NULL, NULL, 1, NULL, NULL, NULL, NULL, NULL)"
);
// Where a job is known by its id, `state + 0` keeps it from being looked for among all that are queued
// or running: there are indexes of those, and a planner that knows nothing yet takes any.
/// Those who enqueue at the same moment may each see one place too many.
const ONE_MORE: &str = "UPDATE job_open SET open = open + 1 \
    WHERE tenant = $1 AND queue = $2 AND part = pg_backend_pid() & 15 \
    AND (SELECT sum(open)::bigint FROM job_open WHERE tenant = $1 AND queue = $2) < $3";
/// What is to be cancelled is due at once.
const RETRY: &str = "UPDATE job SET state = 1, failure = $5, \
    not_before = CASE WHEN cancelled IS NULL THEN $4::bigint ELSE least($4::bigint, $6) END, lease = NULL, \
    lease_epoch = NULL, lease_until = NULL, lease_term = NULL \
    WHERE tenant = $1 AND id = $2 AND lease = $3 AND state + 0 = 2";

/// Ends jobs, forgets what was for their handlers alone, queues their continuations, and counts. Of the
/// values, the first is the tenant and the second when they end. `$which` holds them. They are replaced by
/// their key, which no plan can do otherwise: joined with what is there, all that a tenant has may be
/// walked for them.
macro_rules! end {
    ($which:expr, $state:literal, $failure:literal) => {
        concat!(
            "WITH was AS (",
            $which,
            "), ended AS (\
            INSERT INTO job AS j (tenant, id, queue, kind, priority, not_before, created_at, attempts, \
            state) SELECT $1, id, queue, kind, priority, not_before, created_at, attempts, ",
            $state,
            " FROM was ON CONFLICT (tenant, id) DO UPDATE SET state = excluded.state, ended_at = $2, \
            failure = ",
            $failure,
            ", lease = NULL, lease_epoch = NULL, lease_until = NULL, lease_term = NULL, \
            arguments_key = NULL, arguments_schema = NULL, arguments_sealed = NULL, \
            next_id = NULL, next_kind = NULL, next_key = NULL, next_schema = NULL, \
            next_sealed = NULL RETURNING j.id\
            ), going_on AS (\
            INSERT INTO job (tenant, id, queue, kind, priority, not_before, arguments_key, \
            arguments_schema, arguments_sealed, after, created_at, attempts, state) \
            SELECT $1, next_id, queue, next_kind, priority, $2, next_key, next_schema, \
            next_sealed, id, $2, 0, 1 FROM was WHERE next_id IS NOT NULL RETURNING queue\
            ), counted AS (\
            UPDATE job_open o SET open = open - (SELECT count(*) FROM was w WHERE w.queue = o.queue) \
            + (SELECT count(*) FROM going_on g WHERE g.queue = o.queue) \
            WHERE o.tenant = $1 AND o.queue IN (SELECT queue FROM was) \
            AND o.part = pg_backend_pid() & 15\
            ) SELECT id FROM ended"
        )
    };
}

/// Holds jobs of which that is so, with what an end needs of them.
macro_rules! held {
    ($which:literal) => {
        concat!(
            "SELECT id, queue, kind, priority, not_before, created_at, attempts, next_id, next_kind, \
            next_key, next_schema, next_sealed FROM job WHERE tenant = $1 AND ",
            $which,
            " FOR UPDATE"
        )
    };
}

const END: &str = end!(
    held!("id = $3 AND lease = $4 AND state + 0 = 2 AND ($5 <> 5 OR cancelled IS NOT NULL)"),
    "$5::smallint",
    "CASE WHEN $5 = 5 THEN j.cancelled ELSE coalesce($6, j.failure) END"
);
/// The same for many that were done, which costs little more than one.
const END_DONE: &str = end!(
    concat!(
        "SELECT o.* FROM unnest($3::uuid[], $4::uuid[]) AS done (id, lease) CROSS JOIN LATERAL (",
        held!("id = done.id AND lease = done.lease AND state + 0 = 2 LIMIT 1"),
        ") o"
    ),
    "3",
    "j.failure"
);
/// Ends what was marked and waits.
const CANCEL_WAITING: &str = end!(
    held!("id = $3 AND queue = 1 AND state + 0 = 1 AND cancelled IS NOT NULL"),
    "5",
    "j.cancelled"
);
const CANCEL_WAITING_UNDER: &str = end!(
    held!(
        "mandate = $3 AND ended_at IS NULL AND queue = 1 AND state = 1 AND cancelled IS NOT NULL"
    ),
    "5",
    "j.cancelled"
);
const MARK: &str = "UPDATE job SET cancelled = coalesce(cancelled, $4) \
    WHERE tenant = $1 AND id = $2 AND queue = 1 AND state = $3";
/// Holds all of them as they stand to the end of the unit.
const MARK_UNDER: &str = "UPDATE job SET cancelled = coalesce(cancelled, $3) \
    WHERE tenant = $1 AND mandate = $2 AND ended_at IS NULL AND queue = 1";

pub fn enqueue(unit: &mut Unit, order: &JobOrder) -> Result<(), StoreError> {
    order.check()?;
    add_job(unit, order);
    Ok(())
}

/// Adds a job that waits.
pub fn add_job(unit: &mut Unit, order: &JobOrder) {
    count_one_more(unit, order.queue);
    let next = order.continuation.as_ref();
    let mut values = values![
        &unit.tenant,
        &order.id,
        codes::queue(order.queue),
        order.kind.as_str(),
        order.link.as_ref(),
        order.lane.as_ref().map_or("", Lane::as_str),
        order.mandate.as_ref(),
        codes::priority(order.priority),
        order.not_before,
    ];
    values.extend(Value::sealed(order.arguments.as_ref()));
    values.extend(values![next.map(|next| &next.id), next.map(|next| next.kind.as_str())]);
    values.extend(Value::sealed(next.and_then(|next| next.arguments.as_ref())));
    values.extend(values![Value::Null, unit.at]);
    unit.execute("adding a job", ADD, values);
}

/// Counts one more job that has not ended, unless there are too many.
pub fn count_one_more(unit: &mut Unit, queue: Queue) {
    const COUNTING: &str = "counting the jobs of the tenant that wait already";
    let values = values![&unit.tenant, codes::queue(queue), MAX_OPEN_JOBS];
    unit.expect(COUNTING, ONE_MORE, values, 1, StoreErrorKind::Busy);
}

pub fn end_job(unit: &mut Unit, id: JobId, lease: LeaseId, end: JobEnd) {
    let (standing, failure) = match end {
        JobEnd::Retry { not_before, failure } => {
            let values = values![&unit.tenant, &id, &lease, not_before, failure.name(), unit.at];
            return unit.change("queueing a job again", RETRY, values);
        }
        JobEnd::Done => return unit.jobs_done.push((id, lease)),
        JobEnd::Dead { failure } => (Standing::Dead, Some(failure)),
        JobEnd::Cancelled => (Standing::Cancelled, None),
    };
    let values = values![
        &unit.tenant,
        unit.at,
        &id,
        &lease,
        codes::standing(standing),
        failure.map(Failure::name),
    ];
    unit.change("ending a job", END, values);
}

/// Ends the jobs that were done, of all units that go together.
pub fn end_done(unit: &mut Unit) {
    let done = std::mem::take(&mut unit.jobs_done);
    if done.is_empty() {
        return;
    }
    let (ids, leases) = (done.iter().map(|(id, _)| id), done.iter().map(|(_, lease)| lease));
    let values = values![&unit.tenant, unit.at, Value::ids(ids), Value::ids(leases)];
    unit.expect("ending jobs", END_DONE, values, done.len() as u64, StoreErrorKind::Conflict);
}

/// Cancels a job that stands so.
pub fn cancel_job(
    unit: &mut Unit,
    id: JobId,
    expected: Standing,
    failure: Failure,
) -> Result<(), StoreError> {
    const CANCELLING: &str = "cancelling a job";
    if !matches!(expected, Standing::Queued | Standing::Running) {
        return Err(StoreError::conflict(CANCELLING));
    }
    let values = values![&unit.tenant, &id, codes::standing(expected), failure.name()];
    unit.change(CANCELLING, MARK, values);
    if expected == Standing::Queued {
        unit.change(CANCELLING, CANCEL_WAITING, values![&unit.tenant, unit.at, &id]);
    }
    Ok(())
}

/// Cancels what is under a mandate.
pub fn cancel_under(unit: &mut Unit, mandate: ConsentId, failure: Failure) {
    const CANCELLING: &str = "cancelling what is under a mandate";
    unit.execute(CANCELLING, MARK_UNDER, values![&unit.tenant, &mandate, failure.name()]);
    unit.execute(CANCELLING, CANCEL_WAITING_UNDER, values![&unit.tenant, unit.at, &mandate]);
}
