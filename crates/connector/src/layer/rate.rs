//! No more calls than an institution bears.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::{Instant, sleep, timeout};

use crate::{Answer, ConnectorError, Context, ErrorKind, Exchange, Request, RetryAdvice};

/// Spaces requests: after a burst, one in each interval. A request that would have to wait beyond
/// its deadline is refused at once.
///
/// Who is inside goes first: a session that was opened is read to its end, and the next is opened
/// when the institution has room for it. Were they to take turns, a crowd at the door would draw out
/// every session until all end together, and whatever ends the process would take all of them along.
///
/// It counts on the timer that it sleeps on, so it is not built on the limiter of the API keys,
/// which reads a clock of its own and does not sleep.
#[derive(Debug)]
pub struct Rate<E> {
    inner: E,
    interval: Duration,
    burst: u32,
    /// When the burst would be whole again: the state of the generic cell rate algorithm.
    settled: Mutex<Option<Instant>>,
    /// Those who are outside go in one by one, in the order in which they came.
    first_outside: tokio::sync::Mutex<()>,
    outside: AtomicU32,
}

impl<E> Rate<E> {
    /// `burst` at once, then one in each `interval`.
    pub const fn new(inner: E, interval: Duration, burst: u32) -> Self {
        Self {
            inner,
            interval,
            burst,
            settled: Mutex::new(None),
            first_outside: tokio::sync::Mutex::const_new(()),
            outside: AtomicU32::new(0),
        }
    }

    /// Takes the next slot of a burst of this size, unless it lies further away than `longest`. How
    /// long until it comes.
    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn take(&self, burst: u32, longest: Duration) -> Result<Duration, Duration> {
        let now = Instant::now();
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

    /// Waits for a turn; how long it would have been where that is too long.
    async fn turn(&self, context: &Context) -> Result<(), Duration> {
        let longest = context.deadline().remaining();
        if context.is_outside() {
            let before = Waiting::join(&self.outside);
            let waited = self.interval.saturating_mul(before.others);
            if waited > longest {
                return Err(waited);
            }
            return timeout(longest, self.go_in()).await.map_err(|_| waited.max(self.interval));
        }
        let wait = self.take(self.burst, longest)?;
        if !wait.is_zero() {
            sleep(wait).await;
        }
        Ok(())
    }

    /// Waits until nobody inside does, and leaves them half of a burst.
    async fn go_in(&self) {
        let _first = self.first_outside.lock().await;
        while let Err(wait) = self.take(self.burst.div_ceil(2), Duration::ZERO) {
            sleep(wait).await;
        }
    }
}

/// One of those who wait outside.
struct Waiting<'a> {
    all: &'a AtomicU32,
    others: u32,
}

impl<'a> Waiting<'a> {
    fn join(all: &'a AtomicU32) -> Self {
        Self { all, others: all.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(1, Ordering::Relaxed);
    }
}

#[async_trait]
impl<E: Exchange> Exchange for Rate<E> {
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        self.turn(context).await.map_err(|wait| {
            let reason = "too many calls to this institution are waiting";
            ConnectorError::new(ErrorKind::RateLimited, request.operation, reason)
                .advising(RetryAdvice::After(wait))
                .before_sending()
        })?;
        self.inner.send(request, context).await
    }
}
