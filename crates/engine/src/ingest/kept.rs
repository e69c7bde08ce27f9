//! What of a batch lies on days that are kept.

use std::borrow::Cow;

use cartola_connector::{Batch, Warning};
use cartola_model::Coverage;
use cartola_primitives::Date;

/// Batches without what was booked before a day, which says so of itself: it is neither new, nor
/// does its absence mean anything.
pub fn since(batches: &[Batch], first: Date) -> Cow<'_, [Batch]> {
    if batches.iter().all(|batch| is_kept(batch, first)) {
        return Cow::Borrowed(batches);
    }
    Cow::Owned(batches.iter().map(|batch| cut(batch, first)).collect())
}

fn is_kept(batch: &Batch, first: Date) -> bool {
    batch.coverage.from >= first
        && batch.lines.iter().all(|line| line.observation.booked_on >= first)
}

fn cut(batch: &Batch, first: Date) -> Batch {
    let mut batch = batch.clone();
    let before = batch.lines.len();
    batch.lines.retain(|line| line.observation.booked_on >= first);
    batch.balances.retain(|balance| balance.as_of >= first);
    batch.coverage = since_day(batch.coverage, first);
    let left_out = before - batch.lines.len();
    if left_out > 0 {
        batch.warnings.push(Warning {
            place: None,
            code: "days_forgotten",
            text: format!(
                "{left_out} lines before {first} are left out: the operator keeps no movements of \
                 those days"
            ),
        });
    }
    batch
}

/// A source of which all days are forgotten speaks for none.
fn since_day(coverage: Coverage, first: Date) -> Coverage {
    if coverage.to < first {
        return Coverage { from: first, to: first, complete: false };
    }
    Coverage { from: coverage.from.max(first), ..coverage }
}
