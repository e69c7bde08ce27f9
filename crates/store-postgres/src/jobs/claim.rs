//! Taking jobs.

use std::time::Duration;

use cartola_model::Failure;
use cartola_store::StoreError;
use cartola_store::encoding::codes;
use cartola_store::jobs::{Claim, ClaimedJob, JobState, Lease, Others};

use super::{job_columns, read_job};
use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::rows::each;
use crate::value::{Value, values};

const FREE: &str = "SELECT free_jobs($1, $2, $3, $4, $5, $6)";
const CLAIM: &str =
    concat!("SELECT tenant, ", job_columns!(), " FROM claim_jobs($1, $2, $3, $4, $5, $6, $7, $8)");

/// Takes what the claim asks for, in one round trip, and where it wants that, first queues again what
/// nobody runs any more.
pub async fn claim(store: &PostgresStore, claim: &Claim) -> Result<Vec<ClaimedJob>, StoreError> {
    let queue = codes::queue(claim.queue);
    // The id of the lease is each job's own; all else is the same.
    let lease = claim.leases.first().map(|id| Lease::starting(*id, claim.moment, claim.term));
    let Some(lease) = lease else { return Ok(Vec::new()) };
    let take = values![
        queue,
        claim.now,
        &lease.epoch,
        milliseconds(lease.until),
        milliseconds(lease.term),
        Value::ids(&claim.leases),
        claim.limits.of_lane,
        claim.limits.of_tenant,
    ];
    let mut session = store.connect().await?;
    let rows = if claim.frees {
        session.alone_after((FREE, &over(claim)), (CLAIM, &take)).await?
    } else {
        session.alone(CLAIM, &take).await?
    };
    each(&rows, read_claimed)
}

/// Which leases are over.
fn over(claim: &Claim) -> Vec<Value> {
    let (others_over, watched) = match &claim.others {
        Others::Over => (true, Vec::new()),
        Others::Watched(over) => (false, over.clone()),
    };
    values![
        codes::queue(claim.queue),
        &claim.moment.epoch,
        milliseconds(claim.moment.elapsed),
        others_over,
        Value::ids(&watched),
        Failure::Internal.name(),
    ]
}

fn read_claimed(columns: &mut Columns<'_>) -> Result<ClaimedJob, StoreError> {
    let (tenant, row) = (columns.id()?, read_job(columns)?);
    match row.state {
        JobState::Running(lease) => Ok(ClaimedJob { tenant, lease: lease.id, row }),
        _ => Err(damaged()),
    }
}

/// A span as columns hold it.
pub fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
