//! What every call to every institution goes through, written once.
//!
//! [`Pace`] is what calls of several processes have in common.
//!
//! From the outside in: [`Retry`], [`Breaker`], [`Rate`], [`Door`], [`Trace`], [`Timeout`], the
//! transport.
//! Each attempt is so counted, limited, logged and timed by itself, and an open breaker ends the
//! attempts.

mod breaker;
mod door;
mod pace;
mod rate;
mod retry;
mod timeout;
mod trace;

use std::sync::Arc;
use std::time::Duration;

pub use breaker::{Breaker, Threshold};
pub use door::Door;
pub use pace::{Caller, LocalPace, Pace};
pub use rate::Rate;
pub use retry::Retry;
pub use timeout::Timeout;
pub use trace::Trace;

use cartola_model::InstitutionId;

use crate::Exchange;

/// How an institution is to be treated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Longest wait for one answer, from connecting to its last byte.
    pub attempt: Duration,
    /// Attempts at one request, the first included.
    pub attempts: u32,
    /// Upper bound of the random wait before the second attempt; it doubles with each.
    pub backoff: Duration,
    /// Longest wait between two attempts. Where an institution asks for more, its answer stands.
    pub longest_wait: Duration,
    /// Shortest time between two requests to the institution, over all sessions, once a burst is
    /// used up.
    pub interval: Duration,
    /// Requests that may go out at once after a pause.
    pub burst: u32,
    /// When the institution is left alone.
    pub breaker: Threshold,
    /// How long it is left alone.
    pub breaker_pause: Duration,
}

impl Default for Policy {
    /// For a bank's own channel: as brisk as a person with an app, and patient as far as a slow
    /// mainframe needs.
    fn default() -> Self {
        Self {
            attempt: Duration::from_secs(30),
            attempts: 3,
            backoff: Duration::from_millis(200),
            longest_wait: Duration::from_secs(5),
            interval: Duration::from_millis(50),
            burst: 20,
            breaker: Threshold { failures: 10, customers: 3 },
            breaker_pause: Duration::from_secs(30),
        }
    }
}

/// The layers around a transport to one institution.
pub fn layered<E: Exchange + 'static>(
    exchange: E,
    institution: &InstitutionId,
    policy: &Policy,
    pace: Arc<dyn Pace>,
) -> Arc<dyn Exchange> {
    let timed = Timeout::new(exchange, policy.attempt);
    let traced = Trace::new(timed, institution.clone());
    let kept = Door::new(traced);
    let rated = Rate::new(kept, policy.interval, pace.clone());
    let breaking = Breaker::new(rated, policy.breaker, policy.breaker_pause, pace);
    Arc::new(Retry::new(breaking, policy))
}
