//! Time that only goes on, for leases: no clock that is set, and no summer time, ends one early.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::id::EpochId;

/// An instant of monotonic time. Only instants of the same epoch can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The start of a process; where processes share a clock, such as their database's, all of
    /// theirs.
    pub epoch: EpochId,
    /// How long after that start.
    pub elapsed: Duration,
}

/// Tells the present moment.
pub trait Monotonic: Send + Sync + Debug {
    /// The present moment, of the same epoch every time, and never before an earlier answer.
    fn moment(&self) -> Moment;
}

/// The operating system's monotonic clock, since this was made.
#[derive(Clone, Copy, Debug)]
pub struct SystemMonotonic {
    epoch: EpochId,
    start: Instant,
}

impl SystemMonotonic {
    /// Begins the epoch, whose id must be new.
    #[allow(clippy::disallowed_methods, reason = "the one place that reads monotonic time")]
    pub fn start(epoch: EpochId) -> Self {
        Self { epoch, start: Instant::now() }
    }
}

impl Monotonic for SystemMonotonic {
    fn moment(&self) -> Moment {
        Moment { epoch: self.epoch, elapsed: self.start.elapsed() }
    }
}

/// Monotonic time that moves only when told to.
#[derive(Debug)]
pub struct ManualMonotonic {
    epoch: EpochId,
    elapsed: Mutex<Duration>,
}

impl ManualMonotonic {
    /// Stands at the start of the epoch.
    pub fn new(epoch: EpochId) -> Self {
        Self { epoch, elapsed: Mutex::new(Duration::ZERO) }
    }

    /// Goes on by `duration`.
    pub fn advance(&self, duration: Duration) {
        *self.elapsed.lock().unwrap_or_else(PoisonError::into_inner) += duration;
    }
}

impl Monotonic for ManualMonotonic {
    fn moment(&self) -> Moment {
        let elapsed = *self.elapsed.lock().unwrap_or_else(PoisonError::into_inner);
        Moment { epoch: self.epoch, elapsed }
    }
}
