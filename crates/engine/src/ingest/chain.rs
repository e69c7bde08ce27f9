//! The balance chain: each balance printed is the one before plus the amount.

use cartola_connector::Line;
use cartola_model::BalanceGap;

/// Gaps that one import lists at most; a file without any order would fill the report otherwise.
pub const MAX_GAPS: usize = 100;

/// Where the chain breaks inside a batch whose lines run from the oldest to the newest.
pub fn gaps(lines: &[Line]) -> Vec<BalanceGap> {
    let mut gaps = Vec::new();
    let mut running: Option<i64> = None;
    for line in lines {
        let amount = line.observation.amount.minor();
        let expected = running.and_then(|balance| balance.checked_add(amount));
        if let (Some(expected), Some(found)) = (expected, line.observation.balance_after)
            && expected != found
            && gaps.len() < MAX_GAPS
        {
            gaps.push(BalanceGap {
                on: line.observation.booked_on,
                place: Some(line.place.to_string()),
                expected,
                found,
            });
        }
        running = line.observation.balance_after.or(expected);
    }
    gaps
}

/// The break between what is stored and a batch that begins with a line nobody knew: its opening
/// balance is none of the balances that the account had on that day or the last one before.
pub fn seam(first: &Line, known_balances: &[i64]) -> Option<BalanceGap> {
    let found = first.observation.balance_after?;
    let opening = found.checked_sub(first.observation.amount.minor())?;
    let last = *known_balances.last()?;
    if known_balances.contains(&opening) {
        return None;
    }
    Some(BalanceGap {
        on: first.observation.booked_on,
        place: None,
        expected: last.checked_add(first.observation.amount.minor())?,
        found,
    })
}
