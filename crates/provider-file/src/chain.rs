//! Order and completeness of movements, proved by the balances printed after each.

use cartola_connector::Line;
use cartola_model::Coverage;
use cartola_primitives::Date;

/// Puts movements oldest first. Balances that follow from one another tell the direction; where
/// they do not, the days do. Without any balance, equal days keep their order and days are sorted.
pub(crate) fn oldest_first(lines: &mut [Line]) {
    if is_newest_first(lines) {
        lines.reverse();
    }
    if lines.iter().all(|line| line.observation.balance_after.is_none()) {
        lines.sort_by_key(|line| line.observation.booked_on);
    }
}

/// Whether every movement, oldest first, has the balance that follows from the one before.
pub(crate) fn is_unbroken(lines: &[Line]) -> bool {
    let all_have_one = lines.iter().all(|line| line.observation.balance_after.is_some());
    !lines.is_empty() && all_have_one && lines.windows(2).all(|pair| follows(&pair[0], &pair[1]))
}

/// What a source speaks for that declares that first day, where it does, and was made at the end of
/// `until`.
///
/// What is complete ends there and begins on the day declared, or else the first movement's: a
/// movement that is dated ahead, or behind, says nothing of the days between. What is not complete
/// proves nothing, and has every day of its movements.
pub(crate) fn coverage(
    lines: &[Line],
    declared_from: Option<Date>,
    until: Date,
    complete: bool,
) -> Coverage {
    let days = || lines.iter().map(|line| line.observation.booked_on);
    let first = declared_from.or_else(|| days().min()).unwrap_or(until);
    if complete && first <= until {
        return Coverage { from: first, to: until, complete };
    }
    let from = days().fold(first, Date::min);
    let to = days().fold(until.max(first), Date::max);
    Coverage { from, to, complete: false }
}

fn is_newest_first(lines: &[Line]) -> bool {
    let count = |holds: fn(&Line, &Line) -> bool| {
        lines.windows(2).filter(|pair| holds(&pair[0], &pair[1])).count()
    };
    let downward = count(follows);
    let upward = count(|above, below| follows(below, above));
    let rising = count(|above, below| above.observation.booked_on < below.observation.booked_on);
    let falling = count(|above, below| above.observation.booked_on > below.observation.booked_on);
    upward > downward || (upward == downward && falling > rising)
}

fn follows(before: &Line, after: &Line) -> bool {
    match (before.observation.balance_after, after.observation.balance_after) {
        (Some(before), Some(balance)) => before + after.observation.amount.minor() == balance,
        _ => false,
    }
}
