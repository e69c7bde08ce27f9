//! Business time as a parameter.
//!
//! Nothing outside [`SystemClock`] reads the operating system's clock, so a test or the
//! sandbox can place a whole process at any instant.

use std::fmt::Debug;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub use jiff::civil::Date;
pub use jiff::{SignedDuration, Timestamp};

/// Tells the present instant.
pub trait Clock: Send + Sync + Debug {
    /// The present instant, in UTC. May stand still or step back; see [`crate::id::IdMinter`]
    /// for what must not.
    fn now(&self) -> Timestamp;
}

/// The operating system's clock, to the microsecond: what is answered at once is then what is read
/// again later, since stores keep no more.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
    fn now(&self) -> Timestamp {
        let microsecond = Timestamp::now().as_microsecond();
        Timestamp::from_microsecond(microsecond)
            .expect("a microsecond of the present is an instant")
    }
}

/// A clock that moves only when told to. Share it behind an `Arc` and keep a handle to move it.
#[derive(Debug)]
pub struct ManualClock {
    now: Mutex<Timestamp>,
}

impl ManualClock {
    /// A clock frozen at `now`.
    pub fn new(now: Timestamp) -> Self {
        Self { now: Mutex::new(now) }
    }

    /// Moves by `duration`, which may be negative.
    ///
    /// # Panics
    ///
    /// When the result lies outside the years -9999 to 9999.
    pub fn advance(&self, duration: SignedDuration) {
        let mut now = self.lock();
        *now = now.checked_add(duration).expect("a manual clock stays within years -9999..=9999");
    }

    /// Jumps to `now`, forward or back.
    pub fn set(&self, now: Timestamp) {
        *self.lock() = now;
    }

    fn lock(&self) -> MutexGuard<'_, Timestamp> {
        // An instant is whole at every moment, so a panic elsewhere cannot have broken it.
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.lock()
    }
}
