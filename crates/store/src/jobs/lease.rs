//! Leases: how long a job belongs to the worker that claimed it.
//!
//! A lease ends by monotonic time, so that setting the clock neither ends nor prolongs one. Moments
//! of different epochs cannot be compared. A lease of another epoch is therefore over when its
//! epoch is known to be ([`Others::Over`]: the process that claims is the only one there can be, as
//! it holds the lock of the data folder), or once this process has watched it for its whole term
//! without seeing it prolonged ([`LeaseWatch`]).

use std::collections::HashMap;
use std::time::Duration;

use cartola_primitives::id::{EpochId, LeaseId};
use cartola_primitives::{Moment, Timestamp};

use super::Queue;

/// The right to run one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// Its id, which no other claim has.
    pub id: LeaseId,
    /// The epoch of the process that holds it.
    pub epoch: EpochId,
    /// Until when, in that epoch; whole milliseconds.
    pub until: Duration,
    /// By how much a heartbeat prolongs it; whole milliseconds.
    pub term: Duration,
}

impl Lease {
    /// The lease that begins, or goes on, at a moment.
    #[must_use]
    pub fn starting(id: LeaseId, moment: Moment, term: Duration) -> Self {
        let term = whole_milliseconds(term);
        Self { id, epoch: moment.epoch, until: whole_milliseconds(moment.elapsed) + term, term }
    }
}

/// Stores keep milliseconds.
fn whole_milliseconds(duration: Duration) -> Duration {
    Duration::from_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}

/// What a worker asks for.
#[derive(Debug, Clone)]
pub struct Claim {
    /// From which queue.
    pub queue: Queue,
    /// What is due is told by the business clock.
    pub now: Timestamp,
    /// What is over is told by monotonic time.
    pub moment: Moment,
    /// How long a lease lasts until it is prolonged.
    pub term: Duration,
    /// A new id for each job that may be taken.
    pub leases: Vec<LeaseId>,
    /// How many jobs may run at once, over all processes.
    pub limits: Limits,
    /// Whether jobs whose lease is over are queued again first.
    pub frees: bool,
    /// What is known of leases of other epochs.
    pub others: Others,
}

impl Claim {
    /// Whether a job that runs under this lease may be given to another worker.
    pub fn frees(&self, lease: &Lease) -> bool {
        if !self.frees {
            return false;
        }
        if lease.epoch == self.moment.epoch {
            return lease.until <= self.moment.elapsed;
        }
        match &self.others {
            Others::Over => true,
            Others::Watched(over) => over.contains(&lease.id),
        }
    }
}

/// How many jobs of a queue may run at once, whichever processes run them. They hold as long as all
/// who claim from the queue name the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Of one lane, over all tenants; absent where there is no limit.
    pub of_lane: Option<u32>,
    /// Of one tenant; absent where there is no limit.
    pub of_tenant: Option<u32>,
}

impl Limits {
    /// As many as whoever claims has places.
    pub const NONE: Self = Self { of_lane: None, of_tenant: None };

    /// Whether there is room for one more in a lane that has so many running.
    pub fn lane_has_room(&self, running: u64) -> bool {
        self.of_lane.is_none_or(|limit| running < u64::from(limit))
    }

    /// Whether there is room for one more of a tenant that has so many running.
    pub fn tenant_has_room(&self, running: u64) -> bool {
        self.of_tenant.is_none_or(|limit| running < u64::from(limit))
    }
}

/// What is known of the leases of other epochs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Others {
    /// Every other epoch is over: no other process runs jobs of this store.
    Over,
    /// These leases are over; the others may hold.
    Watched(Vec<LeaseId>),
}

/// Watches leases whose epoch is not ours.
#[derive(Debug, Default)]
pub struct LeaseWatch {
    /// Until when each was good when it was last seen to change, and when that was.
    seen: HashMap<LeaseId, (Duration, Duration)>,
}

impl LeaseWatch {
    /// Takes all the leases that there are now, and gives those of other epochs that stood
    /// unchanged for their whole term. Worth calling a few times per term.
    pub fn over(&mut self, leases: &[Lease], moment: Moment) -> Vec<LeaseId> {
        let foreign = leases.iter().filter(|lease| lease.epoch != moment.epoch);
        let mut seen = HashMap::new();
        let mut over = Vec::new();
        for lease in foreign {
            let known = self.seen.get(&lease.id).filter(|known| known.0 == lease.until);
            let (until, since) = *known.unwrap_or(&(lease.until, moment.elapsed));
            if moment.elapsed.saturating_sub(since) >= lease.term {
                over.push(lease.id);
            }
            seen.insert(lease.id, (until, since));
        }
        self.seen = seen;
        over
    }
}
