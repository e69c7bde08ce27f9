//! How often one key may ask.

use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use cartola_model::access::Actor;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};

/// Requests between two sweeps that forget the keys which have their whole allowance again: between
/// sweeps there are at most as many keys as this, besides those that were used of late.
const SWEEP_EVERY: u32 = 10_000;

/// The address that a request came from: a proxy's, where one stands before the gateway.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub IpAddr);

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

    /// So many requests a minute, so many at once; each at least one.
    pub fn per_minute(per_minute: u32, burst: u32) -> Self {
        let quota = Quota::per_minute(at_least_one(per_minute)).allow_burst(at_least_one(burst));
        Self::of(quota, DefaultClock::default())
    }
}

fn at_least_one(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

impl<K: Hash + Eq + Copy, C: Clock + Clone> RateLimit<K, C> {
    /// As [`RateLimit::new`], on a clock of the caller's.
    pub fn with_clock(per_second: u32, burst: u32, clock: C) -> Self {
        let quota = Quota::per_second(at_least_one(per_second)).allow_burst(at_least_one(burst));
        Self::of(quota, clock)
    }

    fn of(quota: Quota, clock: C) -> Self {
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
