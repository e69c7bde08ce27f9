//! When a connection's statements are planned anew.
//!
//! A plan is made once for a connection, of what there was when its statement came first. Of a table
//! that was empty then, PostgreSQL takes any index that begins with the tenant for as good as the key.
//! Once it has counted a table by itself, it plans anew; but that is after a minute or more, and the
//! table may have grown by all that a gateway does in it. So plans are let go of when a connection is
//! a second old, two, four, and so on: soon after the first rows, and hardly ever later.

use std::pin::pin;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Metrics};

use crate::session::send;

const DISCARD: &str = "DISCARD PLANS";

/// Lets go of the plans of a connection that is taken from the pool, where it has doubled its age since
/// it was taken last. Nobody waits for the answer: what comes next on it comes after.
pub fn refresh(client: &ClientWrapper, metrics: &Metrics) {
    let taken = metrics.recycled.unwrap_or(metrics.created);
    if has_doubled(taken.duration_since(metrics.created), metrics.age()) {
        send(pin!(client.batch_execute(DISCARD)));
    }
}

/// Whether an age has passed a power of two of seconds since another one.
fn has_doubled(before: Duration, now: Duration) -> bool {
    doublings(now) > doublings(before)
}

fn doublings(age: Duration) -> u32 {
    age.as_secs().checked_ilog2().map_or(0, |doublings| doublings + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plans_are_let_go_of_at_each_doubling_and_once() {
        let at = Duration::from_millis;
        for (before, now, is_due) in [
            (0, 999, false),
            (0, 1_000, true),
            (999, 1_001, true),
            (1_000, 1_999, false),
            (1_500, 2_000, true),
            (2_000, 3_999, false),
            (3_999, 4_000, true),
            (0, 3_600_000, true),
            (3_000_000, 3_600_000, false),
        ] {
            assert_eq!(has_doubled(at(before), at(now)), is_due, "{before} to {now} ms");
        }
    }
}
