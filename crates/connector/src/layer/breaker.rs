//! An institution that fails is left alone for a while.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::{Answer, ConnectorError, Context, ErrorKind, Exchange, Request, RetryAdvice};

/// Refuses at once after so many failures in a row. When the pause is over one request goes
/// through: its success closes the breaker, its failure begins another pause.
#[derive(Debug)]
pub struct Breaker<E> {
    inner: E,
    failures_allowed: u32,
    pause: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
}

impl<E> Breaker<E> {
    /// Opens for `pause` after `failures_allowed` failures in a row.
    pub const fn new(inner: E, failures_allowed: u32, pause: Duration) -> Self {
        let state = Mutex::new(State::Closed { failures: 0 });
        Self { inner, failures_allowed, pause, state }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A state is whole at every moment, so a panic elsewhere cannot have broken it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request through, or says how long to stay away. The one that is let through when a
    /// pause is over begins the next pause for all others.
    #[allow(clippy::disallowed_methods, reason = "a pause runs on monotonic time")]
    fn admit(&self) -> Result<(), Duration> {
        let now = Instant::now();
        let mut state = self.state();
        match *state {
            State::Open { until } if now < until => Err(until - now),
            State::Open { .. } => {
                *state = State::Open { until: now + self.pause };
                Ok(())
            }
            State::Closed { .. } => Ok(()),
        }
    }

    #[allow(clippy::disallowed_methods, reason = "a pause runs on monotonic time")]
    fn record(&self, failed: bool) {
        let mut state = self.state();
        *state = match *state {
            _ if !failed => State::Closed { failures: 0 },
            State::Closed { failures } if failures + 1 < self.failures_allowed => {
                State::Closed { failures: failures + 1 }
            }
            State::Closed { .. } => State::Open { until: Instant::now() + self.pause },
            open @ State::Open { .. } => open,
        };
    }
}

/// Whether the outcome speaks against the institution, and not against what was asked.
fn is_failure(outcome: &Result<Answer, ConnectorError>) -> bool {
    match outcome {
        Ok(answer) => answer.status.is_server_error(),
        Err(error) if error.kind == ErrorKind::Timeout => !error.unsent,
        Err(error) => error.kind == ErrorKind::InstitutionDown,
    }
}

#[async_trait]
impl<E: Exchange> Exchange for Breaker<E> {
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        self.admit().map_err(|pause| {
            let reason = "the institution has failed too often and is left alone for a while";
            ConnectorError::new(ErrorKind::InstitutionDown, request.operation, reason)
                .advising(RetryAdvice::After(pause))
                .before_sending()
        })?;
        let outcome = self.inner.send(request, context).await;
        self.record(is_failure(&outcome));
        outcome
    }
}
