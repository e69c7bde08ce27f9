//! When an institution is asked again.
//!
//! Whoever waits for the answer of this very call is told at once: the layers of the connector have
//! tried again already, and the caller knows better whether more is worth it. Whoever is told later,
//! or looks, has no such choice: what may pass within the time that they are kept in the dark anyway
//! is waited for. What lasts longer they hear without delay, and decide.

use cartola_connector::{ConnectorError, ErrorKind, RetryAdvice};
use cartola_model::Failure;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::asking::ReadingRow;
use cartola_store::jobs::{JobEnd, Priority};

use super::run::Attempt;
use super::sign_in::THRESHOLD;
use super::{CALL_MANDATE_TERM, MAX_CALL_TERM, READING_TIMEOUT};
use crate::Engine;
use crate::EngineError;
use crate::links::LinkError;

/// Times that an institution is asked for one reading at most, whatever began them. Where it breaks
/// off the answer to a wrong password, nobody sees that it was wrong: no oftener than it bears.
pub const MAX_ASKED: u32 = THRESHOLD;

/// How long an institution is left alone after the first time in vain, where it names no time; twice
/// as long after the second.
pub const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// The longest from when it was asked to when it is asked again, jitter aside. What names a longer
/// wait, or took so long to fail, is told without waiting.
pub const LONGEST_HELD: SignedDuration = SignedDuration::from_secs(45);

/// The longest that all of it takes once it has begun: less than any mandate of a call lasts.
const LONGEST_IN_ALL: u64 =
    MAX_ASKED as u64 * (LONGEST_HELD.as_secs().unsigned_abs() + READING_TIMEOUT.as_secs());

const _: () = assert!(CALL_MANDATE_TERM.as_secs().unsigned_abs() > LONGEST_IN_ALL);
const _: () = assert!(MAX_CALL_TERM.as_secs() >= CALL_MANDATE_TERM.as_secs());

impl Engine {
    /// When the institution is asked again, where that may help and nobody waits meanwhile.
    pub(super) async fn again(
        &self,
        attempt: &Attempt<'_>,
        error: &LinkError,
    ) -> Result<Option<Timestamp>, EngineError> {
        match advised(error, self.now()) {
            Some(wait) => self.due(attempt, wait).await,
            None => Ok(None),
        }
    }

    /// What becomes of a reading that joins another one: a failure that may pass is one of its own.
    pub(super) async fn joined(
        &self,
        attempt: &Attempt<'_>,
        last: &ReadingRow,
    ) -> Result<JobEnd, EngineError> {
        let Err(failure) = last.outcome else { return Ok(JobEnd::Done) };
        // Where it named a time, the link has changed and nobody joins.
        let due = match failure {
            Failure::InstitutionDown => self.due(attempt, SignedDuration::ZERO).await?,
            _ => None,
        };
        Ok(due.map_or(JobEnd::Dead { failure }, |not_before| JobEnd::Retry { not_before, failure }))
    }

    /// When that is after so long a wait, or the usual one where that is longer, if it comes in time:
    /// for whoever is to be told, and for what allows it.
    async fn due(
        &self,
        attempt: &Attempt<'_>,
        wait: SignedDuration,
    ) -> Result<Option<Timestamp>, EngineError> {
        let (row, arguments) = (&attempt.task.row, attempt.arguments);
        if row.order.priority == Priority::Interactive || row.attempts >= MAX_ASKED {
            return Ok(None);
        }
        let pause = AGAIN_AFTER * 2_i32.pow(row.attempts.saturating_sub(1));
        let Ok(due) = self.now().checked_add(wait.max(pause)) else { return Ok(None) };
        if due.duration_since(attempt.began_at) > LONGEST_HELD {
            return Ok(None);
        }
        let due = due + self.vault().jitter(pause);
        let is_in_time = arguments.told_by().is_none_or(|by| due + READING_TIMEOUT <= by);
        if !is_in_time {
            return Ok(None);
        }
        let mandate = self.store().consent(attempt.task.tenant, arguments.mandate).await?;
        Ok(mandate.filter(|mandate| mandate.state.holds(due)).map(|_| due))
    }
}

/// How long to wait, where asking again may help. Credentials that were refused are not tried again,
/// whatever time is named.
fn advised(error: &LinkError, now: Timestamp) -> Option<SignedDuration> {
    match error {
        LinkError::Barred { until } | LinkError::QuotaUsed { until } => {
            Some(until.duration_since(now))
        }
        LinkError::Institution(ConnectorError {
            kind: ErrorKind::CredentialsInvalid | ErrorKind::CredentialsLocked,
            ..
        }) => None,
        LinkError::Institution(error) => match error.retry {
            RetryAdvice::After(wait) => SignedDuration::try_from(wait).ok(),
            RetryAdvice::WithNewSession => Some(SignedDuration::ZERO),
            RetryAdvice::Never | RetryAdvice::WithNewCredentials => None,
        },
        _ => None,
    }
}
