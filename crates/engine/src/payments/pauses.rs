//! How long a bank is left alone between two looks.

use std::time::Duration;

use cartola_model::{Challenge, PaymentState};
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::payments::PaymentRow;

/// How long after the first thing that was told the bank is asked again.
pub const FIRST_PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// The longest pause while a customer has their app open.
pub(crate) const LONGEST_OF_APP: SignedDuration = SignedDuration::from_secs(15);

/// The longest pause while the bank settles, or nobody knows what it has heard. There is no last
/// look.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_mins(15);

/// The longest pause before a bank that could not be told is told again. What waits for it holds up
/// whatever is to follow, and an outage that is over is not noticed sooner.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// The longest wait that a bank may wish: a mistake in a header does not keep money back for days.
const LONGEST_WISH: SignedDuration = SignedDuration::from_hours(1);

/// Doublings after which a wait no longer grows: 2 s then come to more than [`LONGEST_WAIT`].
const MAX_DOUBLINGS: u32 = 8;

/// After how long whoever runs the gateway is told that a payment does not come to its end.
pub(crate) const TOLD_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// A pause is so manieth a part of the time that has passed.
const PART: i32 = 4;

/// When the bank is next asked about a payment that has stood so since `row.standing.changed_at`.
pub(super) fn next_look(row: &PaymentRow, now: Timestamp) -> Timestamp {
    let since = row.standing.changed_at;
    match &row.standing.state {
        PaymentState::Challenged(asked) => of_challenge(&asked.challenge, since, now),
        _ => now + pause(since, now, LONGEST_PAUSE),
    }
}

/// How long a payment waits that its bank could not be told of, after so many waits: at least as long as
/// the bank wishes, where it says so.
pub(super) fn wait(waits: u32, wished: Option<Duration>) -> SignedDuration {
    let usual = FIRST_PAUSE * 2_i32.pow(waits.min(MAX_DOUBLINGS));
    let wished = wished.and_then(|wished| SignedDuration::try_from(wished).ok());
    usual.min(LONGEST_WAIT).max(wished.unwrap_or_default().min(LONGEST_WISH))
}

fn of_challenge(challenge: &Challenge, since: Timestamp, now: Timestamp) -> Timestamp {
    let expires_at = challenge.expires_at;
    if now >= expires_at {
        return now + pause(expires_at, now, LONGEST_PAUSE);
    }
    if challenge.kind.takes_answer() {
        return expires_at;
    }
    expires_at.min(now + pause(since, now, LONGEST_OF_APP))
}

pub(crate) fn pause(since: Timestamp, now: Timestamp, longest: SignedDuration) -> SignedDuration {
    (now.duration_since(since) / PART).clamp(FIRST_PAUSE, longest)
}

#[cfg(test)]
mod tests {
    use super::{FIRST_PAUSE, LONGEST_PAUSE, pause, wait};
    use cartola_primitives::{SignedDuration, Timestamp};
    use std::time::Duration;

    #[test]
    fn waits_double_and_stay_within_bounds() {
        let waits = [0, 1, 2, 7, 8, u32::MAX].map(|waits| wait(waits, None).as_secs());
        assert_eq!(waits, [2, 4, 8, 256, 300, 300]);
        let wished = [1, 60, 86_400].map(|it| wait(0, Some(Duration::from_secs(it))).as_secs());
        assert_eq!(wished, [2, 60, 3_600]);
    }

    #[test]
    fn pauses_grow_and_stay_within_bounds() {
        let since = Timestamp::constant(1_772_452_800, 0);
        let after = |seconds| {
            pause(since, since + SignedDuration::from_secs(seconds), LONGEST_PAUSE).as_secs()
        };
        // A clock that was set back is none to go by.
        let looks = [-60, 0, 7, 60, 600, 86_400].map(after);
        assert_eq!(looks, [2, 2, 2, 15, 150, 900]);
        assert_eq!((FIRST_PAUSE.as_secs(), LONGEST_PAUSE.as_secs()), (2, 900));
    }
}
