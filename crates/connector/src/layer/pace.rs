//! Who says when an institution may be called.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::Policy;

/// Who wants to call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Somebody in a session that is open.
    Inside,
    /// Somebody who is to open one: half of a burst is left to those inside.
    Outside,
}

impl Caller {
    /// How much of a burst is theirs.
    pub const fn share(self, burst: u32) -> u32 {
        match self {
            Self::Inside => burst,
            Self::Outside => burst.div_ceil(2),
        }
    }
}

/// Gives out the calls that an institution bears, to everybody who calls it: within one process, or
/// over several that share a store.
#[async_trait]
pub trait Pace: Send + Sync {
    /// Takes the next slot, and tells how long until it comes. One that lies further away than
    /// `longest` is not taken, and the error tells how far.
    async fn take(&self, caller: Caller, longest: Duration) -> Result<Duration, Duration>;

    /// Tells the others that the institution is to be left alone for so long.
    async fn pause(&self, pause: Duration);

    /// How long another one has said that it is to be left alone, as far as is known here.
    fn paused(&self) -> Option<Duration>;
}

/// The pace of one process by itself.
///
/// It counts on the timer that whoever waits sleeps on, so it is not built on the limiter of the API
/// keys, which reads a clock of its own and does not sleep.
#[derive(Debug)]
pub struct LocalPace {
    interval: Duration,
    burst: u32,
    /// When the burst would be whole again: the state of the generic cell rate algorithm.
    settled: Mutex<Option<Instant>>,
}

impl LocalPace {
    /// `burst` at once, then one in each `interval`.
    pub const fn new(interval: Duration, burst: u32) -> Self {
        Self { interval, burst, settled: Mutex::new(None) }
    }

    /// What a policy says.
    pub fn of(policy: &Policy) -> Arc<Self> {
        Arc::new(Self::new(policy.interval, policy.burst))
    }

    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn take_now(&self, caller: Caller, longest: Duration) -> Result<Duration, Duration> {
        let now = Instant::now();
        let burst = caller.share(self.burst);
        let allowance = self.interval.saturating_mul(burst.saturating_sub(1));
        let mut settled = self.settled.lock().unwrap_or_else(PoisonError::into_inner);
        let from = settled.map_or(now, |settled| settled.max(now));
        let wait = from.duration_since(now).saturating_sub(allowance);
        if wait > longest {
            return Err(wait);
        }
        *settled = Some(from + self.interval);
        Ok(wait)
    }
}

#[async_trait]
impl Pace for LocalPace {
    async fn take(&self, caller: Caller, longest: Duration) -> Result<Duration, Duration> {
        self.take_now(caller, longest)
    }

    /// There are no others.
    async fn pause(&self, _: Duration) {}

    fn paused(&self) -> Option<Duration> {
        None
    }
}
