//! A statement that sorts, or walks more than its range, would pass every other test.

use expect_test::{Expect, expect};
use rusqlite::Connection;

use super::claim::{COUNT_RUNNING, NEXT, RUNNING};
use super::write::ENDED;
use super::{JOB, JOBS, JOBS_STANDING, LEASES, NEXT_DUE};
use crate::outbox::{GIVE_UP, MESSAGE, MESSAGES, MESSAGES_STANDING};

fn check(statement: &str, expected: &Expect) {
    let mut connection = Connection::open_in_memory().expect("a database");
    crate::migrate::migrate(&mut connection).expect("our tables");
    let mut explained =
        connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).expect("a statement");
    let values = vec![1; explained.parameter_count()];
    let steps = explained
        .query_map(rusqlite::params_from_iter(values), |row| row.get::<_, String>(3))
        .expect("a plan")
        .collect::<Result<Vec<_>, _>>()
        .expect("its steps");
    expected.assert_eq(&steps.join("\n"));
}

#[test]
fn the_next_job_is_the_first_of_a_range_whose_link_is_free() {
    check(
        NEXT,
        &expect![[r#"
        SEARCH j USING INDEX job_queued (tenant=? AND queue=? AND priority=? AND not_before<?)
        CORRELATED SCALAR SUBQUERY 1
        SEARCH r USING COVERING INDEX job_running_link (tenant=? AND link=?)"#]],
    );
    check(NEXT_DUE, &expect!["SEARCH job USING COVERING INDEX job_due (queue=?)"]);
}

#[test]
fn only_what_runs_is_walked_for_leases() {
    check(RUNNING, &expect!["SEARCH job USING INDEX job_running (queue=?)"]);
    check(LEASES, &expect!["SEARCH job USING INDEX job_running (queue=?)"]);
    check(COUNT_RUNNING, &expect!["SEARCH job USING COVERING INDEX job_running (queue=?)"]);
}

#[test]
fn lists_are_ranges() {
    check(JOB, &expect!["SEARCH job USING INDEX sqlite_autoindex_job_1 (tenant=? AND id=?)"]);
    check(JOBS, &expect!["SEARCH job USING INDEX sqlite_autoindex_job_1 (tenant=? AND id>?)"]);
    check(
        JOBS_STANDING,
        &expect!["SEARCH job USING INDEX job_by_state (tenant=? AND queue=? AND state=? AND id>?)"],
    );
    check(ENDED, &expect!["SEARCH job USING INDEX job_ended (ended_at<?)"]);
}

#[test]
fn messages_are_ranges_and_a_search_for_each_job() {
    check(
        MESSAGE,
        &expect![[r#"
        SEARCH m USING INDEX sqlite_autoindex_message_1 (tenant=? AND id=?)
        SEARCH j USING INDEX sqlite_autoindex_job_1 (tenant=? AND id=?)"#]],
    );
    check(
        MESSAGES,
        &expect![[r#"
        SEARCH m USING INDEX sqlite_autoindex_message_1 (tenant=? AND id>?)
        SEARCH j USING INDEX sqlite_autoindex_job_1 (tenant=? AND id=?)"#]],
    );
    check(
        MESSAGES_STANDING,
        &expect![[r#"
        SEARCH j USING INDEX job_by_state (tenant=? AND queue=? AND state=? AND id>?)
        SEARCH m USING INDEX sqlite_autoindex_message_1 (tenant=? AND id=?)"#]],
    );
    check(
        GIVE_UP,
        &expect![[r#"
        SEARCH job USING COVERING INDEX job_queued (tenant=?)
        LIST SUBQUERY 1
        SEARCH m USING INDEX sqlite_autoindex_message_1 (tenant=? AND id=?)
        SEARCH o USING COVERING INDEX message_by_destination (tenant=? AND destination=?)
        CREATE BLOOM FILTER"#]],
    );
}
