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

/// What an attempt counts as, from when it is made until it is known how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Guess {
    /// As nothing: the institution took these credentials a moment ago.
    #[default]
    Taken,
    /// As one more.
    New,
    /// As one more, though the same credentials are counted: what made them may have been refused.
    Again,
    /// As the one with the same credentials that is counted already.
    Same,
}

/// Credentials that were sent.
pub(super) struct Sent {
    pub digest: Digest,
    /// Wrong ones in a row that lock.
    pub threshold: u32,
    pub guess: Guess,
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

/// Counts an attempt that is about to be made. The same credentials once more are no other guess where
/// somebody wants something else done with them; where what wanted it was begun before, they may have
/// been refused meanwhile.
pub(super) fn guess(row: &mut SignInsRow, digest: &Digest, is_begun: bool) -> Guess {
    let is_counted = row.open > 0 && row.open_secret.as_ref() == Some(digest);
    match (is_counted, is_begun) {
        (true, false) => return Guess::Same,
        (true, true) => row.open += 1,
        (false, _) => (row.open, row.open_secret) = (row.open + 1, Some(*digest)),
    }
    if is_counted { Guess::Again } else { Guess::New }
}

/// Notes how an attempt ended.
pub(super) fn settle(row: &mut SignInsRow, verdict: Verdict, sent: &Sent, now: Timestamp) {
    match verdict {
        Verdict::Taken => {
            (row.refused, row.open) = (0, 0);
            (row.locked_until, row.open_secret) = (None, None);
            // Others that were refused are no better for it.
            row.refused_secret = row.refused_secret.filter(|(refused, _)| *refused != sent.digest);
        }
        Verdict::Refused => {
            take_back(row, sent);
            row.refused_secret = Some((sent.digest, now));
            count(row, sent.threshold, now);
        }
        Verdict::LockedUntil(until) => {
            take_back(row, sent);
            row.locked_until = Some(until);
        }
        Verdict::Unseen => take_back(row, sent),
        // Now that it ended, it is the same guess as the one that is counted.
        Verdict::Unknown if sent.guess == Guess::Again => {
            row.open = row.open.saturating_sub(1).max(1);
        }
        // Who counted them may have taken that back.
        Verdict::Unknown if sent.guess == Guess::Same || row.open == 0 => {
            guess(row, &sent.digest, false);
        }
        Verdict::Unknown => {}
    }
}

/// What was counted of an attempt counts no more.
fn take_back(row: &mut SignInsRow, sent: &Sent) {
    if matches!(sent.guess, Guess::New | Guess::Again) {
        row.open = row.open.saturating_sub(1);
    }
    if sent.guess == Guess::New {
        row.open_secret = row.open_secret.filter(|open| *open != sent.digest);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A guess of somebody of whom nothing is known, and those that follow it.
    struct Person {
        row: SignInsRow,
        now: Timestamp,
    }

    impl Person {
        fn new() -> Self {
            let institution = InstitutionId::parse("banco-chile").unwrap();
            let now = Timestamp::UNIX_EPOCH;
            let row = next(None, (&institution, PersonId::from_bytes([1; 16])), now, |_| ());
            Self { row, now }
        }

        fn guesses(&mut self, secret: u8, is_begun: bool) -> Sent {
            let digest = Digest::from_bytes([secret; 32]);
            let guess = guess(&mut self.row, &digest, is_begun);
            Sent { digest, threshold: THRESHOLD, guess }
        }

        fn hears(&mut self, sent: &Sent, verdict: Verdict) {
            settle(&mut self.row, verdict, sent, self.now);
        }

        fn is_locked(&self) -> bool {
            locked_until(&self.row, self.now).is_some()
        }
    }

    #[test]
    fn the_same_credentials_at_once_are_one_guess() {
        let mut person = Person::new();
        let sent = [0; 9].map(|_| person.guesses(1, false));
        assert_eq!((person.row.open, person.is_locked()), (1, false));
        for sent in &sent {
            person.hears(sent, Verdict::Unknown);
            assert_eq!(person.row.open, 1);
        }
        person.guesses(2, false);
        assert!(!person.is_locked());
        person.guesses(3, false);
        assert!(person.is_locked());
    }

    #[test]
    fn what_was_begun_before_may_have_been_refused_each_time() {
        let mut person = Person::new();
        person.guesses(1, false);
        for expected in 2..=THRESHOLD {
            assert!(!person.is_locked());
            person.guesses(1, true);
            assert_eq!(person.row.open, expected);
        }
        assert!(person.is_locked());
    }

    #[test]
    fn a_guess_counts_until_each_who_made_it_has_heard() {
        let mut person = Person::new();
        let [first, second] = [0; 2].map(|_| person.guesses(1, false));
        person.hears(&first, Verdict::Unseen);
        assert_eq!(person.row.open, 0);
        person.hears(&second, Verdict::Unknown);
        assert_eq!(person.row.open, 1, "who counted it had taken that back");
        let again = person.guesses(1, true);
        person.hears(&again, Verdict::Unknown);
        assert_eq!(person.row.open, 1, "once it has ended it is the same guess");
        let other = person.guesses(2, false);
        person.hears(&other, Verdict::Unseen);
        let third = person.guesses(1, false);
        person.hears(&third, Verdict::Taken);
        assert_eq!((person.row.open, person.row.refused), (0, 0));
    }
}
