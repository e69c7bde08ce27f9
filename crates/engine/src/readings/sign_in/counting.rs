//! What is counted of a person's attempts, and what follows from it.

use std::time::Duration;

use cartola_connector::{ConnectorError, ErrorKind, RetryAdvice};
use cartola_crypto::Digest;
use cartola_model::InstitutionId;
use cartola_primitives::id::PersonId;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::asking::SignInsRow;

use super::{LOCK, THRESHOLD};
use crate::links::LinkError;

/// How long an attempt of which nobody knows how it ended counts as one that was refused.
const OPEN_COUNTS: SignedDuration = SignedDuration::from_hours(1);

/// Credentials that were sent.
pub(super) struct Sent {
    pub digest: Digest,
    /// Wrong ones in a row that lock.
    pub threshold: u32,
    /// Whether they count until it is known how that ended.
    pub counted: bool,
}

/// How an attempt ended, as far as its credentials are concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Taken,
    Refused,
    LockedUntil(Timestamp),
    /// Nobody has looked at them.
    Unseen,
    Unknown,
}

/// Refuses any credentials while there is a lock, or the institution is to be left alone.
pub(super) fn check_wait(known: &SignInsRow, now: Timestamp) -> Result<(), LinkError> {
    if let Some(until) = locked_until(known, now) {
        return Err(LinkError::Locked { until });
    }
    match known.waits_until.filter(|until| now < *until) {
        Some(until) => Err(LinkError::Barred { until }),
        None => Ok(()),
    }
}

/// Refuses credentials that are known to be wrong, and any that are not to be tried now.
pub(super) fn check(known: &SignInsRow, digest: &Digest, now: Timestamp) -> Result<(), LinkError> {
    check_wait(known, now)?;
    let same = known.refused_secret.filter(|(refused, at)| refused == digest && now < *at + LOCK);
    if same.is_some() {
        return Err(LinkError::CredentialsRefused);
    }
    Ok(())
}

/// Until when nobody is asked: after too many wrong credentials, or attempts that may have been.
fn locked_until(known: &SignInsRow, now: Timestamp) -> Option<Timestamp> {
    let open_until = known.last_at + OPEN_COUNTS;
    let may_be_wrong = known.open > 0 && known.refused + known.open >= THRESHOLD;
    known
        .locked_until
        .filter(|until| now < *until)
        .or_else(|| (may_be_wrong && now < open_until).then_some(open_until))
}

/// What is known from now on of the person's attempts there.
pub(super) fn next(
    known: Option<SignInsRow>,
    (institution, person): (&InstitutionId, PersonId),
    now: Timestamp,
    change: impl FnOnce(&mut SignInsRow),
) -> SignInsRow {
    let mut row = known.unwrap_or_else(|| SignInsRow {
        institution: institution.clone(),
        person,
        refused: 0,
        open: 0,
        last_at: now,
        locked_until: None,
        waits_until: None,
        refused_secret: None,
        open_secret: None,
        version: 0,
    });
    if now >= row.last_at + OPEN_COUNTS {
        (row.open, row.open_secret) = (0, None);
    }
    (row.last_at, row.version) = (now, row.version + 1);
    change(&mut row);
    row
}

/// Notes how an attempt ended.
pub(super) fn settle(row: &mut SignInsRow, verdict: Verdict, sent: &Sent, now: Timestamp) {
    let mine = u32::from(sent.counted);
    match verdict {
        Verdict::Taken => {
            (row.refused, row.open) = (0, 0);
            (row.locked_until, row.open_secret) = (None, None);
            // Others that were refused are no better for it.
            row.refused_secret = row.refused_secret.filter(|(refused, _)| *refused != sent.digest);
        }
        Verdict::Refused => {
            row.open = row.open.saturating_sub(mine);
            row.refused_secret = Some((sent.digest, now));
            count(row, sent.threshold, now);
        }
        Verdict::LockedUntil(until) => {
            row.open = row.open.saturating_sub(mine);
            row.locked_until = Some(until);
        }
        Verdict::Unseen => row.open = row.open.saturating_sub(mine),
        // The same once more is no other guess, so it counts once.
        Verdict::Unknown if row.open_secret == Some(sent.digest) => {
            row.open = row.open.saturating_sub(mine);
        }
        Verdict::Unknown => row.open_secret = Some(sent.digest),
    }
}

/// One more with wrong credentials; the last one that is taken locks.
pub(super) fn count(row: &mut SignInsRow, threshold: u32, now: Timestamp) {
    row.refused += 1;
    if row.refused >= threshold {
        (row.refused, row.locked_until) = (0, Some(now + LOCK));
    }
}

/// Until when an institution wants not to be asked for somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::readings) enum Wait {
    /// It has locked them out.
    Locked(Timestamp),
    /// It was asked too often, or is closed, and says for how long.
    Told(Timestamp),
}

impl Wait {
    /// What an error says, where the institution has said it: what merely waited for its turn here is
    /// no reason to wait longer.
    pub fn of(error: &ConnectorError, now: Timestamp) -> Option<Self> {
        let until = |wait: Duration| {
            // A mistake in a header keeps nobody out for longer than wrong passwords do.
            let wait = SignedDuration::try_from(wait).unwrap_or(LOCK).min(LOCK);
            now.checked_add(wait).unwrap_or(Timestamp::MAX)
        };
        match (error.kind, error.retry) {
            _ if error.unsent => None,
            (ErrorKind::CredentialsLocked, RetryAdvice::After(wait)) => {
                Some(Self::Locked(until(wait)))
            }
            (ErrorKind::CredentialsLocked, _) => Some(Self::Locked(until(LOCK.unsigned_abs()))),
            (ErrorKind::RateLimited | ErrorKind::InstitutionDown, RetryAdvice::After(wait))
                if !wait.is_zero() =>
            {
                Some(Self::Told(until(wait)))
            }
            _ => None,
        }
    }

    pub(in crate::readings) fn note(self, row: &mut SignInsRow) {
        match self {
            Self::Locked(until) => row.locked_until = row.locked_until.max(Some(until)),
            Self::Told(until) => row.waits_until = row.waits_until.max(Some(until)),
        }
    }
}

pub(super) fn verdict(asked: Result<(), &ConnectorError>, now: Timestamp) -> Verdict {
    let Err(error) = asked else { return Verdict::Taken };
    match (error.kind, error.retry) {
        (ErrorKind::CredentialsInvalid, _) => Verdict::Refused,
        (ErrorKind::CredentialsLocked, RetryAdvice::After(wait)) => {
            let wait = SignedDuration::try_from(wait).unwrap_or(LOCK);
            Verdict::LockedUntil(now.checked_add(wait).unwrap_or(Timestamp::MAX))
        }
        (ErrorKind::CredentialsLocked, _) => Verdict::LockedUntil(now + LOCK),
        _ if error.unsent => Verdict::Unseen,
        (
            ErrorKind::RateLimited
            | ErrorKind::ChallengeRequired
            | ErrorKind::RequestInvalid
            | ErrorKind::Unsupported
            | ErrorKind::NoSuchProduct,
            _,
        ) => Verdict::Unseen,
        _ => Verdict::Unknown,
    }
}
