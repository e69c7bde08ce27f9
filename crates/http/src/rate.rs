//! How often one key may ask.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cartola_model::access::Actor;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// Requests between two sweeps that forget the keys which have their whole allowance again. Keys
/// are known ones only, so that between sweeps there are at most as many as this.
const SWEEP_EVERY: u32 = 10_000;

/// A token bucket per key. It runs on monotonic time: business time may stand still.
pub struct RateLimit<K: Hash + Eq + Copy = Actor, C: Clock = DefaultClock> {
    limiter: Limiter<K, C>,
    clock: C,
    asked: AtomicU32,
}

type Limiter<K, C> = RateLimiter<K, DashMapStateStore<K>, C, NoOpMiddleware<<C as Clock>::Instant>>;

impl<K: Hash + Eq + Copy> RateLimit<K> {
    /// So many requests a second, so many at once; each at least one.
    pub fn new(per_second: u32, burst: u32) -> Self {
        Self::with_clock(per_second, burst, DefaultClock::default())
    }
}

impl<K: Hash + Eq + Copy, C: Clock + Clone> RateLimit<K, C> {
    /// As [`RateLimit::new`], on a clock of the caller's.
    pub fn with_clock(per_second: u32, burst: u32, clock: C) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst));
        let limiter = RateLimiter::new(quota, DashMapStateStore::default(), clock.clone());
        Self { limiter, clock, asked: AtomicU32::new(0) }
    }

    /// Takes one request of a key's allowance, or says how long to wait.
    pub fn take(&self, who: K) -> Result<(), Duration> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            self.limiter.retain_recent();
        }
        self.limiter.check_key(&who).map_err(|until| until.wait_time_from(self.clock.now()))
    }

    /// Keys that have been used within their allowance's time.
    pub fn keys(&self) -> usize {
        self.limiter.len()
    }
}
