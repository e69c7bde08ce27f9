//! No more calls than an institution bears.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, timeout};

use super::{Caller, Pace};
use crate::{Answer, ConnectorError, Context, ErrorKind, Exchange, Request, RetryAdvice};

/// How long a slot is good for once its time has come: a small part of the second for which bursts are
/// allowed, and longer than a store takes to write down an attempt.
const SLOT_LASTS: Duration = Duration::from_millis(100);

/// Sends each request when its turn comes. One that would have to wait beyond its deadline is refused
/// at once.
///
/// Who is inside goes first: a session that was opened is read to its end, and the next is opened
/// when the institution has room for it. Were they to take turns, a crowd at the door would draw out
/// every session until all end together, and whatever ends the process would take all of them along.
pub struct Rate<E> {
    inner: E,
    interval: Duration,
    pace: Arc<dyn Pace>,
    /// Those who are outside go in one by one, in the order in which they came.
    first_outside: Mutex<()>,
    outside: AtomicU32,
}

impl<E> Rate<E> {
    /// At that pace, which is one request in each `interval` in the long run.
    pub const fn new(inner: E, interval: Duration, pace: Arc<dyn Pace>) -> Self {
        let (first_outside, outside) = (Mutex::const_new(()), AtomicU32::new(0));
        Self { inner, interval, pace, first_outside, outside }
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
        self.slot(context).await
    }

    /// Waits for a slot of those who are inside; how long it would have been where that is too long.
    async fn slot(&self, context: &Context) -> Result<(), Duration> {
        let longest = context.deadline().remaining();
        let taken = timeout(longest, self.pace.take(Caller::Inside, longest)).await;
        let wait = taken.unwrap_or(Err(self.interval))?;
        if !wait.is_zero() {
            sleep(wait).await;
        }
        Ok(())
    }

    /// Has whoever is outside let in, once their turn has come. Where that took its time, as where the
    /// store is slow, the slot is over, and they take another: all who were let in at last would go
    /// out at once.
    #[allow(clippy::disallowed_methods, reason = "spacing runs on monotonic time")]
    async fn enter(&self, request: &Request, context: &Context) -> Result<(), ConnectorError> {
        let turn = Instant::now();
        context.enter().await?;
        if turn.elapsed() <= SLOT_LASTS {
            return Ok(());
        }
        match self.slot(context).await {
            Ok(()) => Ok(()),
            Err(wait) => {
                let error = too_many(request, wait);
                context.sent(Err(&error)).await;
                Err(error)
            }
        }
    }

    /// Waits until nobody inside does, and leaves them their part of a burst.
    async fn go_in(&self) {
        let _first = self.first_outside.lock().await;
        while let Err(wait) = self.pace.take(Caller::Outside, Duration::ZERO).await {
            sleep(wait).await;
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Rate<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, interval, .. } = self;
        formatter
            .debug_struct("Rate")
            .field("inner", inner)
            .field("interval", interval)
            .finish_non_exhaustive()
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
        self.turn(context).await.map_err(|wait| too_many(request, wait))?;
        if context.is_outside() {
            self.enter(request, context).await?;
        }
        self.inner.send(request, context).await
    }
}

fn too_many(request: &Request, wait: Duration) -> ConnectorError {
    let reason = "too many calls to this institution are waiting";
    ConnectorError::new(ErrorKind::RateLimited, request.operation, reason)
        .advising(RetryAdvice::After(wait))
        .before_sending()
}
