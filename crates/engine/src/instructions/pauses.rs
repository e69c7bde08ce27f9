//! How long a bank is left alone between two looks.

use cartola_model::InstructionState;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::instructions::InstructionRow;

use crate::payments::{FIRST_PAUSE, LONGEST_OF_APP, LONGEST_PAUSE, pause};

/// The longest pause while cash waits to be taken: whoever put it aside hears of it within that time.
pub const LONGEST_WATCH: SignedDuration = SignedDuration::from_mins(2);

/// When the bank is next asked about one that has stood so since `row.standing.changed_at`.
pub(super) fn next_look(row: &InstructionRow, now: Timestamp) -> Timestamp {
    let since = row.standing.changed_at;
    match &row.standing.state {
        InstructionState::Challenged(challenge) => {
            of_deadline(challenge.expires_at, since, now, LONGEST_OF_APP)
        }
        InstructionState::Available { expires_at } => {
            of_deadline(*expires_at, since, now, LONGEST_WATCH)
        }
        _ => now + pause(since, now, LONGEST_PAUSE),
    }
}

/// No look comes long after the time is over.
fn of_deadline(
    expires_at: Timestamp,
    since: Timestamp,
    now: Timestamp,
    longest: SignedDuration,
) -> Timestamp {
    if now >= expires_at {
        return now + pause(expires_at, now, LONGEST_PAUSE);
    }
    // A moment after it is over, so that the bank knows of it too.
    (expires_at + FIRST_PAUSE).min(now + pause(since, now, longest))
}

#[cfg(test)]
mod tests {
    use cartola_primitives::{SignedDuration, Timestamp};

    use super::{LONGEST_WATCH, of_deadline};
    use crate::payments::FIRST_PAUSE;

    #[test]
    fn cash_is_watched_until_its_time_is_over_and_a_moment_longer() {
        let since = Timestamp::constant(1_772_452_800, 0);
        let expires_at = since + SignedDuration::from_hours(24);
        let next = |seconds| {
            let now = since + SignedDuration::from_secs(seconds);
            of_deadline(expires_at, since, now, LONGEST_WATCH).duration_since(now).as_secs()
        };
        assert_eq!([0, 60, 3_600].map(next), [2, 15, LONGEST_WATCH.as_secs()]);
        let day = 86_400;
        assert_eq!(next(day - 30), 30 + FIRST_PAUSE.as_secs());
        // A bank that has not said so by then is asked again, with growing pauses.
        assert_eq!([next(day), next(day + 60)], [2, 15]);
    }
}
