//! Taking jobs. What is decided here is decided on the writer's connection.

use std::collections::HashMap;
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::id::{JobId, LeaseId, TenantId};
use cartola_store::StoreError;
use cartola_store::jobs::turns::{Contender, give_out};
use cartola_store::jobs::{Claim, ClaimedJob, Lease, Priority};
use rusqlite::{Connection, Params, params};

use super::{job_columns, next_due, read_job, read_lease};
use crate::codes;
use crate::columns::{Columns, damaged, signed};
use crate::error::Doing;
use crate::rows::{all, first};

pub const RUNNING: &str = "SELECT lease, lease_epoch, lease_until, lease_term, tenant, id FROM job \
    WHERE queue = ?1 AND state = 2";
pub const COUNT_RUNNING: &str =
    "SELECT tenant, count(*) FROM job WHERE queue = ?1 AND state = 2 GROUP BY tenant";
const FREE: &str = "UPDATE job SET state = 1, failure = ?3, lease = NULL, lease_epoch = NULL, \
    lease_until = NULL, lease_term = NULL WHERE tenant = ?1 AND id = ?2";
const TURNS: &str = "SELECT tenant, turn, open FROM job_turn WHERE queue = ?1";
const TAKE_TURN: &str = "UPDATE job_turn SET turn = ?3 WHERE queue = ?1 AND tenant = ?2";
pub const NEXT: &str = "SELECT id FROM job j WHERE tenant = ?1 AND queue = ?2 AND state = 1 \
    AND priority = ?3 AND not_before <= ?4 AND (link IS NULL OR NOT EXISTS (SELECT 1 FROM job r \
    WHERE r.tenant = ?1 AND r.link = j.link AND r.state = 2)) ORDER BY not_before, id LIMIT 1";
const START: &str = concat!(
    "UPDATE job SET state = 2, attempts = attempts + 1, lease = ?3, lease_epoch = ?4, \
     lease_until = ?5, lease_term = ?6 WHERE tenant = ?1 AND id = ?2 RETURNING ",
    job_columns!()
);

/// Whether there may be something to take: a job is due, or a lease is over.
pub fn is_worth(connection: &Connection, claim: &Claim) -> Result<bool, StoreError> {
    if next_due(connection, claim.queue)?.is_some_and(|due| due <= claim.now) {
        return Ok(true);
    }
    let leases = all(connection, RUNNING, [codes::queue(claim.queue)], read_lease)?;
    Ok(leases.iter().any(|lease| claim.frees(lease)))
}

/// Takes what the claim asks for.
pub fn claim(connection: &Connection, claim: &Claim) -> Result<Vec<ClaimedJob>, StoreError> {
    free(connection, claim)?;
    let (contenders, last_turn) = contenders(connection, claim)?;
    let mut leases = claim.leases.iter();
    give_out(contenders, last_turn, claim.leases.len(), |tenant, turn| {
        let Some(id) = next(connection, claim, tenant)? else { return Ok(None) };
        let lease = *leases.next().expect("there is a lease for each place");
        let values = params![codes::queue(claim.queue), tenant.as_bytes(), signed(turn)];
        execute(connection, TAKE_TURN, values)?;
        start(connection, claim, tenant, id, lease).map(Some)
    })
}

/// Queues again what nobody runs any more.
fn free(connection: &Connection, claim: &Claim) -> Result<(), StoreError> {
    let running: Vec<(Lease, TenantId, JobId)> =
        all(connection, RUNNING, [codes::queue(claim.queue)], |columns| {
            Ok((read_lease(columns)?, columns.id()?, columns.id()?))
        })?;
    for (_, tenant, id) in running.iter().filter(|(lease, ..)| claim.frees(lease)) {
        let values = params![tenant.as_bytes(), id.as_bytes(), Failure::Internal.name()];
        execute(connection, FREE, values)?;
    }
    Ok(())
}

/// Who has jobs that have not ended, and the number of the last turn of all.
fn contenders(connection: &Connection, claim: &Claim) -> Result<(Vec<Contender>, u64), StoreError> {
    let queue = codes::queue(claim.queue);
    let running: HashMap<TenantId, u64> =
        all(connection, COUNT_RUNNING, [queue], |columns| Ok((columns.id()?, columns.number()?)))?
            .into_iter()
            .collect();
    let turns: Vec<(TenantId, u64, u64)> = all(connection, TURNS, [queue], |columns| {
        Ok((columns.id()?, columns.number()?, columns.number()?))
    })?;
    let last_turn = turns.iter().map(|(_, turn, _)| *turn).max().unwrap_or(0);
    let contenders = turns
        .into_iter()
        .filter(|(_, _, open)| *open > 0)
        .map(|(tenant, turn, _)| {
            let running = running.get(&tenant).copied().unwrap_or(0);
            Contender { tenant, running, turn }
        })
        .collect();
    Ok((contenders, last_turn))
}

/// The tenant's first job that is due and whose link is free.
fn next(
    connection: &Connection,
    claim: &Claim,
    tenant: TenantId,
) -> Result<Option<JobId>, StoreError> {
    for priority in Priority::ALL {
        let values = params![
            tenant.as_bytes(),
            codes::queue(claim.queue),
            codes::priority(priority),
            claim.now.as_microsecond(),
        ];
        let found = first(connection, NEXT, values, |columns: &mut Columns<'_>| columns.id())?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn start(
    connection: &Connection,
    claim: &Claim,
    tenant: TenantId,
    id: JobId,
    lease: LeaseId,
) -> Result<ClaimedJob, StoreError> {
    let begun = Lease::starting(lease, claim.moment, claim.term);
    let values = params![
        tenant.as_bytes(),
        id.as_bytes(),
        lease.as_bytes(),
        begun.epoch.as_bytes(),
        milliseconds(begun.until),
        milliseconds(begun.term),
    ];
    let row = first(connection, START, values, read_job)?.ok_or_else(damaged)?;
    Ok(ClaimedJob { tenant, lease, row })
}

/// A span as columns hold it.
pub fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn execute(
    connection: &Connection,
    statement: &'static str,
    values: impl Params,
) -> Result<(), StoreError> {
    connection
        .prepare_cached(statement)
        .and_then(|mut it| it.execute(values))
        .map(drop)
        .doing("claiming jobs")
}
