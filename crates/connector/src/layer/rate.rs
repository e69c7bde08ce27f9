//! No more calls than an institution bears.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{Answer, ConnectorError, Context, ErrorKind, Exchange, Request, RetryAdvice};

/// Spaces requests: after a burst, one in each interval. A request that would have to wait beyond
/// its deadline is refused at once.
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
}

impl<E> Rate<E> {
    /// `burst` at once, then one in each `interval`.
    pub const fn new(inner: E, interval: Duration, burst: u32) -> Self {
        Self { inner, interval, burst, settled: Mutex::new(None) }
    }

    /// Takes the next slot, unless it lies further away than `longest`. How long until it comes.
    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    fn take(&self, longest: Duration) -> Result<Duration, Duration> {
        let now = Instant::now();
        let allowance = self.interval.saturating_mul(self.burst.saturating_sub(1));
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
impl<E: Exchange> Exchange for Rate<E> {
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        let wait = self.take(context.deadline().remaining()).map_err(|wait| {
            let reason = "too many calls to this institution are waiting";
            ConnectorError::new(ErrorKind::RateLimited, request.operation, reason)
                .advising(RetryAdvice::After(wait))
                .before_sending()
        })?;
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
        self.inner.send(request, context).await
    }
}
