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

/// What movements speak for: the period declared, where there is one, and every day of theirs.
/// `None` where there is neither.
pub(crate) fn coverage(
    lines: &[Line],
    declared_from: Option<Date>,
    declared_to: Option<Date>,
    complete: bool,
) -> Option<Coverage> {
    let days = || lines.iter().map(|line| line.observation.booked_on);
    let from = declared_from.into_iter().chain(days()).min().or(declared_to)?;
    let to = declared_to.into_iter().chain(days()).max().unwrap_or(from);
    Some(Coverage { from, to: to.max(from), complete })
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
