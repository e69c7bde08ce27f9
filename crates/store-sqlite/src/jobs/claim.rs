//! Taking jobs. What is decided here is decided on the writer's connection.

use std::collections::HashMap;
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::id::{JobId, LeaseId, TenantId};
use cartola_store::StoreError;
use cartola_store::encoding::codes;
use cartola_store::jobs::turns::{Contender, give_out};
use cartola_store::jobs::{Claim, ClaimedJob, Lease, Priority};
use rusqlite::{Connection, Params, params};

use super::{job_columns, next_due, read_job, read_lease};
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
/// Goes from lane to lane, by one search each, and takes the first of the lanes' first jobs. What a
/// full lane holds is not looked at.
pub const NEXT: &str = "WITH RECURSIVE lanes (lane) AS (\
    SELECT (SELECT lane FROM job WHERE tenant = ?1 AND queue = ?2 AND state = 1 AND priority = ?3 \
    ORDER BY lane LIMIT 1) UNION ALL \
    SELECT (SELECT j.lane FROM job j WHERE j.tenant = ?1 AND j.queue = ?2 AND j.state = 1 \
    AND j.priority = ?3 AND j.lane > l.lane ORDER BY j.lane LIMIT 1) FROM lanes l \
    WHERE l.lane IS NOT NULL\
    ), firsts (place) AS (\
    SELECT (SELECT j.rowid FROM job j WHERE j.tenant = ?1 AND j.queue = ?2 AND j.state = 1 \
    AND j.priority = ?3 AND j.lane = l.lane AND j.not_before <= ?4 \
    AND (j.link IS NULL OR NOT EXISTS (SELECT 1 FROM job r WHERE r.tenant = ?1 \
    AND r.link = j.link AND r.state = 2)) ORDER BY j.not_before, j.id LIMIT 1) FROM lanes l \
    WHERE l.lane = '' OR (l.lane IS NOT NULL AND (?5 IS NULL OR \
    (SELECT count(*) FROM job r WHERE r.queue = ?2 AND r.lane = l.lane AND r.state = 2) < ?5))\
    ) SELECT f.id FROM firsts JOIN job f ON f.rowid = firsts.place ORDER BY f.not_before, f.id LIMIT 1";
const START: &str = concat!(
    "UPDATE job SET state = 2, attempts = attempts + 1, lease = ?3, lease_epoch = ?4, \
     lease_until = ?5, lease_term = ?6, progress_step = NULL, progress_done = NULL, \
     progress_accounts = NULL, progress_movements = NULL WHERE tenant = ?1 AND id = ?2 RETURNING ",
    job_columns!()
);

/// Whether there is something to take, or a lease is over. What is due may have to wait for others.
pub fn is_worth(connection: &Connection, claim: &Claim) -> Result<bool, StoreError> {
    if claim.frees {
        let leases = all(connection, RUNNING, [codes::queue(claim.queue)], read_lease)?;
        if leases.iter().any(|lease| claim.frees(lease)) {
            return Ok(true);
        }
    }
    if next_due(connection, claim.queue)?.is_none_or(|due| due > claim.now) {
        return Ok(false);
    }
    let (contenders, _) = contenders(connection, claim)?;
    for contender in contenders {
        if claim.limits.tenant_has_room(contender.running)
            && next(connection, claim, contender.tenant)?.is_some()
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes what the claim asks for.
pub fn claim(connection: &Connection, claim: &Claim) -> Result<Vec<ClaimedJob>, StoreError> {
    free(connection, claim)?;
    let (contenders, last_turn) = contenders(connection, claim)?;
    let mut leases = claim.leases.iter();
    let places = (claim.leases.len(), claim.limits);
    give_out(contenders, last_turn, places, |tenant, turn| {
        let Some(id) = next(connection, claim, tenant)? else { return Ok(None) };
        let lease = *leases.next().expect("there is a lease for each place");
        let values = params![codes::queue(claim.queue), tenant.as_bytes(), signed(turn)];
        execute(connection, TAKE_TURN, values)?;
        start(connection, claim, tenant, id, lease).map(Some)
    })
}

/// Queues again what nobody runs any more.
fn free(connection: &Connection, claim: &Claim) -> Result<(), StoreError> {
    if !claim.frees {
        return Ok(());
    }
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

/// The tenant's first job that is due, whose link is free and whose lane has room.
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
            claim.limits.of_lane,
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
