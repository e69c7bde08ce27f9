//! Claiming for one worker: what every worker of a queue does in the same way.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::id::IdMinter;
use cartola_primitives::{Clock, Moment, Monotonic};

use super::{Claim, ClaimedJob, LeaseWatch, Limits, Others, Queue};
use crate::{Store, StoreError};

/// How often it is looked for leases that are over, at most: a job whose worker has died waits so much
/// longer, and busy workers claim hundreds of times in that time.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a claimer works with.
#[derive(Clone)]
pub struct ClaimerParts {
    /// Where the jobs are.
    pub store: Arc<dyn Store>,
    /// Business time: what is due.
    pub clock: Arc<dyn Clock>,
    /// Monotonic time: how long a lease lasts.
    pub monotonic: Arc<dyn Monotonic>,
    /// Makes the ids of leases.
    pub minter: Arc<IdMinter>,
    /// From which queue.
    pub queue: Queue,
    /// How long a lease lasts until it is prolonged.
    pub term: Duration,
    /// How many jobs may run at once, over all processes.
    pub limits: Limits,
    /// Whether no other process takes jobs of this store, so that leases of other epochs are over:
    /// true for who holds the lock of the data folder.
    pub alone: bool,
}

impl fmt::Debug for ClaimerParts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClaimerParts")
            .field("queue", &self.queue)
            .field("term", &self.term)
            .field("limits", &self.limits)
            .field("alone", &self.alone)
            .finish_non_exhaustive()
    }
}

/// Claims jobs of one queue, and prolongs their leases. Where it is not alone it watches the leases
/// of others between its claims, so a worker keeps the same one and claims a few times per term,
/// even when it finds nothing.
#[derive(Debug)]
pub struct Claimer {
    parts: ClaimerParts,
    looks: Mutex<Looks>,
}

/// When it was looked for leases that are over, and what was seen of those of others.
#[derive(Debug, Default)]
struct Looks {
    last: Option<Moment>,
    watch: LeaseWatch,
}

impl Looks {
    /// Whether it is time for a look, which is then made.
    fn are_due(&mut self, now: Moment) -> bool {
        let is_long_ago = |last: Moment| now.elapsed.saturating_sub(last.elapsed) >= LOOK_EVERY;
        let are_due = self.last.is_none_or(is_long_ago);
        if are_due {
            self.last = Some(now);
        }
        are_due
    }
}

impl Claimer {
    /// A claimer that has seen no lease yet.
    pub fn new(parts: ClaimerParts) -> Self {
        Self { parts, looks: Mutex::default() }
    }

    /// Takes jobs that are due, at most so many, each under a lease of its own; see
    /// [`crate::Jobs::claim`].
    pub async fn claim(&self, places: usize) -> Result<Vec<ClaimedJob>, StoreError> {
        let parts = &self.parts;
        let frees = self.looks().are_due(parts.monotonic.moment());
        let others = if frees { self.others().await? } else { Others::Watched(Vec::new()) };
        let claim = Claim {
            queue: parts.queue,
            now: parts.clock.now(),
            moment: parts.monotonic.moment(),
            term: parts.term,
            leases: (0..places).map(|_| parts.minter.mint()).collect(),
            limits: parts.limits,
            frees,
            others,
        };
        parts.store.claim(claim).await
    }

    /// Prolongs a job's lease by the term, from now on. A conflict when it runs under another one
    /// by now or has ended: whoever runs it must stop at once. Gives why it is to be cancelled, if it
    /// is.
    pub async fn prolong(&self, job: &ClaimedJob) -> Result<Option<Failure>, StoreError> {
        let (id, moment) = (job.row.order.id, self.parts.monotonic.moment());
        self.parts.store.prolong(job.tenant, id, job.lease, moment).await
    }

    async fn others(&self) -> Result<Others, StoreError> {
        if self.parts.alone {
            return Ok(Others::Over);
        }
        let leases = self.parts.store.leases(self.parts.queue).await?;
        let over = self.looks().watch.over(&leases, self.parts.monotonic.moment());
        Ok(Others::Watched(over))
    }

    fn looks(&self) -> MutexGuard<'_, Looks> {
        // What was seen is whole at every moment, so a panic elsewhere cannot have broken it.
        self.looks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
