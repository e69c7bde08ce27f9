//! What adds and ends jobs.

use cartola_model::Failure;
use cartola_primitives::id::{JobId, LeaseId};
use cartola_store::jobs::{JobEnd, JobOrder, Lane, MAX_OPEN_JOBS, Queue, Standing};
use cartola_store::{StoreError, StoreErrorKind};

use super::job_columns;
use crate::codes;
use crate::unit::Unit;
use crate::value::{Value, values};

const ADD: &str = concat!(
    "INSERT INTO job (tenant, ",
    job_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, \
     NULL, 1, NULL, NULL, NULL, NULL, NULL)"
);
const ONE_MORE: &str =
    "UPDATE job_open SET open = open + 1 WHERE tenant = $1 AND queue = $2 AND open < $3";
const RETRY: &str = "UPDATE job SET state = 1, not_before = $4, failure = $5, lease = NULL, \
    lease_epoch = NULL, lease_until = NULL, lease_term = NULL \
    WHERE tenant = $1 AND id = $2 AND lease = $3 AND state = 2";
/// Ends a job, forgets what was for its handlers alone, queues its continuation, and counts.
const END: &str = "WITH was AS (\
    SELECT queue, priority, next_id, next_kind, next_key, next_schema, next_sealed FROM job \
    WHERE tenant = $1 AND id = $2 AND lease = $3 AND state = 2 FOR UPDATE\
    ), ended AS (\
    UPDATE job SET state = $4, ended_at = $5, failure = coalesce($6, failure), lease = NULL, \
    lease_epoch = NULL, lease_until = NULL, lease_term = NULL, arguments_key = NULL, \
    arguments_schema = NULL, arguments_sealed = NULL, next_id = NULL, next_kind = NULL, \
    next_key = NULL, next_schema = NULL, next_sealed = NULL \
    WHERE tenant = $1 AND id = $2 AND EXISTS (SELECT 1 FROM was) RETURNING id\
    ), going_on AS (\
    INSERT INTO job (tenant, id, queue, kind, priority, not_before, arguments_key, \
    arguments_schema, arguments_sealed, after, created_at, attempts, state) \
    SELECT $1, next_id, queue, next_kind, priority, $5, next_key, next_schema, next_sealed, $2, \
    $5, 0, 1 FROM was WHERE next_id IS NOT NULL RETURNING id\
    ), counted AS (\
    UPDATE job_open o SET open = open - 1 + (SELECT count(*) FROM going_on) FROM was \
    WHERE o.tenant = $1 AND o.queue = was.queue\
    ) SELECT id FROM ended";

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
            let values = values![&unit.tenant, &id, &lease, not_before, failure.name()];
            return unit.change("queueing a job again", RETRY, values);
        }
        JobEnd::Done => (Standing::Done, None),
        JobEnd::Dead { failure } => (Standing::Dead, Some(failure)),
    };
    let values = values![
        &unit.tenant,
        &id,
        &lease,
        codes::standing(standing),
        unit.at,
        failure.map(Failure::name),
    ];
    unit.change("ending a job", END, values);
}
