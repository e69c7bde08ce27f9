//! An institution that fails is left alone for a while.

use std::collections::BTreeSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::Pace;
use crate::{Answer, ConnectorError, Context, DeviceId, ErrorKind, Exchange, Request, RetryAdvice};

/// What speaks against an institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// So many failures in a row.
    pub failures: u32,
    /// By so many customers: what fails for one alone may be theirs, and is no reason to keep the
    /// others away.
    pub customers: usize,
}

/// Refuses at once after so many failures in a row. When the pause is over one request goes
/// through: its success closes the breaker, its failure begins another pause. What one process finds
/// out, those that share its pace keep to as well; each finds out by itself when the pause is over.
pub struct Breaker<E> {
    inner: E,
    threshold: Threshold,
    pause: Duration,
    pace: Arc<dyn Pace>,
    state: Mutex<State>,
}

#[derive(Debug)]
enum State {
    /// Failures in a row, and the customers that had them: no more than make a difference.
    Closed {
        failures: u32,
        customers: BTreeSet<u64>,
    },
    Open {
        until: Instant,
    },
}

impl State {
    const fn well() -> Self {
        Self::Closed { failures: 0, customers: BTreeSet::new() }
    }
}

impl<E> Breaker<E> {
    /// Opens for `pause` at a threshold.
    pub const fn new(inner: E, threshold: Threshold, pause: Duration, pace: Arc<dyn Pace>) -> Self {
        Self { inner, threshold, pause, pace, state: Mutex::new(State::well()) }
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
            State::Closed { .. } => match self.pace.paused() {
                Some(pause) => {
                    *state = State::Open { until: now + pause };
                    Err(pause)
                }
                None => Ok(()),
            },
        }
    }

    /// Notes how a call went; whether that was one failure too many.
    #[allow(clippy::disallowed_methods, reason = "a pause runs on monotonic time")]
    fn opens(&self, failed: bool, customer: u64) -> bool {
        let mut state = self.state();
        if !failed {
            *state = State::well();
            return false;
        }
        let State::Closed { failures, customers } = &mut *state else { return false };
        *failures = failures.saturating_add(1);
        if customers.len() < self.threshold.customers {
            customers.insert(customer);
        }
        let enough =
            *failures >= self.threshold.failures && customers.len() >= self.threshold.customers;
        if enough {
            *state = State::Open { until: Instant::now() + self.pause };
        }
        enough
    }
}

impl<E: fmt::Debug> fmt::Debug for Breaker<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { inner, threshold, pause, .. } = self;
        formatter
            .debug_struct("Breaker")
            .field("inner", inner)
            .field("threshold", threshold)
            .field("pause", pause)
            .finish_non_exhaustive()
    }
}

/// Which customer a call is for: each link has a device of its own.
fn customer(context: &Context) -> u64 {
    let mut hasher = DefaultHasher::new();
    context.known_device().map(DeviceId::expose).hash(&mut hasher);
    hasher.finish()
}

/// Whether the outcome speaks against the institution, and not against what was asked; nothing where
/// it was not asked at all.
fn is_failure(outcome: &Result<Answer, ConnectorError>) -> Option<bool> {
    match outcome {
        Ok(answer) => Some(answer.status.is_server_error()),
        Err(error) if error.kind == ErrorKind::InstitutionDown => Some(true),
        Err(error) if error.unsent => None,
        Err(error) => Some(error.kind == ErrorKind::Timeout),
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
        if let Some(failed) = is_failure(&outcome)
            && self.opens(failed, customer(context))
        {
            self.pace.pause(self.pause).await;
        }
        outcome
    }
}
