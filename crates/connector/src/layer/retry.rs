//! Another attempt, where another may help.

use std::time::Duration;

use async_trait::async_trait;
use cartola_primitives::Randomness;

use super::Policy;
use crate::{Answer, ConnectorError, Context, Exchange, Repeat, Request, RetryAdvice};

/// Sends again what failed for a reason that may pass: no connection, no answer, a failing
/// institution, too many calls. Waits a random part of a doubling bound, so that callers who
/// failed together do not come back together.
#[derive(Debug)]
pub struct Retry<E> {
    inner: E,
    attempts: u32,
    backoff: Duration,
    longest_wait: Duration,
}

impl<E> Retry<E> {
    /// As often, and with such waits, as the policy says.
    pub const fn new(inner: E, policy: &Policy) -> Self {
        let Policy { attempts, backoff, longest_wait, .. } = *policy;
        Self { inner, attempts, backoff, longest_wait }
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn wait(
        &self,
        request: &Request,
        outcome: &Result<Answer, ConnectorError>,
        failed: u32,
        context: &Context,
    ) -> Option<Duration> {
        let asked = match outcome {
            Ok(answer) => asked_by_answer(answer).filter(|_| may_repeat(request, false)),
            Err(error) => asked_by_error(error).filter(|_| may_repeat(request, error.unsent)),
        }?;
        let bound = self.backoff.saturating_mul(1 << failed.min(MAX_DOUBLINGS));
        let wait = asked.max(part_of(bound.min(self.longest_wait), context.randomness()));
        let in_time = wait <= self.longest_wait && wait < context.deadline().remaining();
        (failed + 1 < self.attempts && in_time).then_some(wait)
    }
}

/// Doublings after which the bound no longer grows.
const MAX_DOUBLINGS: u32 = 10;

fn may_repeat(request: &Request, unsent: bool) -> bool {
    unsent || request.repeat == Repeat::Freely
}

/// 429 and the statuses by which a server or what stands before it says that it failed.
fn asked_by_answer(answer: &Answer) -> Option<Duration> {
    matches!(answer.status.as_u16(), 429 | 500 | 502..=504)
        .then(|| Duration::from_secs(answer.retry_after_seconds().unwrap_or(0)))
}

fn asked_by_error(error: &ConnectorError) -> Option<Duration> {
    match error.retry {
        RetryAdvice::After(wait) => Some(wait),
        RetryAdvice::Never | RetryAdvice::WithNewCredentials | RetryAdvice::WithNewSession => None,
    }
}

/// What the last attempt came to, as what all of them came to: that the last one never left says
/// nothing of those before it.
fn of_all(error: ConnectorError, may_have_left: bool) -> ConnectorError {
    ConnectorError { unsent: error.unsent && !may_have_left, ..error }
}

/// A random duration below `bound`.
fn part_of(bound: Duration, randomness: &dyn Randomness) -> Duration {
    let mut bytes = [0; 4];
    randomness.fill(&mut bytes);
    // 32 bits above the binary point of 64: a fraction of the bound, without floating point.
    let nanoseconds = bound.as_nanos().saturating_mul(u128::from(u32::from_be_bytes(bytes))) >> 32;
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
}

#[async_trait]
impl<E: Exchange> Exchange for Retry<E> {
    async fn send(&self, request: &Request, context: &Context) -> Result<Answer, ConnectorError> {
        let (mut failed, mut may_have_left) = (0, false);
        loop {
            let outcome = self.inner.send(request, context).await;
            may_have_left |= outcome.as_ref().err().is_none_or(|error| !error.unsent);
            let Some(wait) = self.wait(request, &outcome, failed, context) else {
                return outcome.map_err(|error| of_all(error, may_have_left));
            };
            failed += 1;
            tokio::time::sleep(wait).await;
        }
    }
}
