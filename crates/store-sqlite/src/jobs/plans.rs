//! A statement that sorts, or walks more than its range, would pass every other test.

use expect_test::{Expect, expect};
use rusqlite::{Connection, StatementStatus, params};

use super::claim::{COUNT_RUNNING, NEXT, RUNNING};
use super::write::{ENDED, UNDER};
use super::{JOB, JOBS, JOBS_STANDING, LEASES, NEXT_DUE};
use cartola_primitives::Timestamp;
use cartola_store::outbox::{MessageQuery, WRITTEN_WITHIN};

use crate::outbox::{GIVE_UP, MESSAGE, MESSAGES, MESSAGES_STANDING, MESSAGES_TO};

fn database() -> Connection {
    let mut connection = Connection::open_in_memory().expect("a database");
    crate::migrate::migrate(&mut connection).expect("our tables");
    connection
}

fn check(statement: &str, expected: &Expect) {
    let connection = database();
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
fn the_next_job_is_found_by_a_search_in_each_lane_that_has_room() {
    check(
        NEXT,
        &expect![[r#"
        CO-ROUTINE lanes
        SETUP
        SCAN CONSTANT ROW
        SCALAR SUBQUERY 1
        SEARCH job USING COVERING INDEX job_queued (tenant=? AND queue=? AND priority=?)
        RECURSIVE STEP
        SCAN l
        CORRELATED SCALAR SUBQUERY 3
        SEARCH j USING COVERING INDEX job_queued (tenant=? AND queue=? AND priority=? AND lane>?)
        SCAN l
        CORRELATED SCALAR SUBQUERY 7
        SEARCH r USING COVERING INDEX job_running_lane (queue=? AND lane=?)
        SEARCH f USING INTEGER PRIMARY KEY (rowid=?)
        CORRELATED SCALAR SUBQUERY 6
        SEARCH j USING INDEX job_queued (tenant=? AND queue=? AND priority=? AND lane=? AND not_before<?)
        CORRELATED SCALAR SUBQUERY 5
        SEARCH r USING COVERING INDEX job_running_link (tenant=? AND link=?)
        USE TEMP B-TREE FOR ORDER BY"#]],
    );
    check(NEXT_DUE, &expect!["SEARCH job USING COVERING INDEX job_due (queue=?)"]);
}

/// The steps that it takes to find the job behind a full lane that is so long.
fn steps_behind(queued: u32) -> i32 {
    const FILL: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n \
        WHERE n < ?1 + 2) INSERT INTO job (tenant, id, queue, kind, lane, priority, not_before, \
        created_at, attempts, state) SELECT x'01', CAST(n AS BLOB), 1, 'try', 'hangs', 1, 0, 0, 0, \
        iif(n <= 2, 2, 1) FROM n";
    const BEHIND: &str = "INSERT INTO job (tenant, id, queue, kind, lane, priority, not_before, \
        created_at, attempts, state) VALUES (x'01', x'ff', 1, 'try', 'zzz', 1, 9, 0, 0, 1)";
    let connection = database();
    connection.execute(FILL, [queued]).expect("rows");
    connection.execute(BEHIND, []).expect("a row");
    let mut next = connection.prepare(NEXT).expect("a statement");
    let values = params![[1_u8], 1, 1, 100, 2];
    let found: Vec<u8> = next.query_row(values, |row| row.get(0)).expect("the one behind");
    assert_eq!(found, [0xff]);
    next.get_status(StatementStatus::VmStep)
}

#[test]
fn a_full_lane_costs_the_same_however_long_it_is() {
    assert_eq!(steps_behind(10), steps_behind(10_000));
}

#[test]
fn only_what_runs_is_walked_for_leases() {
    check(RUNNING, &expect!["SEARCH job USING INDEX job_running_lane (queue=?)"]);
    check(LEASES, &expect!["SEARCH job USING INDEX job_running_lane (queue=?)"]);
    check(COUNT_RUNNING, &expect!["SEARCH job USING COVERING INDEX job_running (queue=?)"]);
}

#[test]
fn what_is_under_a_mandate_is_a_range() {
    check(UNDER, &expect!["SEARCH job USING INDEX job_of_mandate (tenant=? AND mandate=?)"]);
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

/// The steps that it takes to find the one message since an instant behind so many that were written
/// long before, by that statement.
fn steps_since(statement: &str, written: u32) -> i32 {
    const JOBS: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?1) \
        INSERT INTO job (tenant, id, queue, kind, priority, not_before, created_at, attempts, state) \
        SELECT x'01', unhex(printf('%032x', n)), 2, 'outbox.deliver', 1, 0, 0, 0, 3 FROM n \
        UNION ALL SELECT x'01', ?2, 2, 'outbox.deliver', 1, 0, ?3, 0, 3";
    const MESSAGES: &str = "INSERT INTO message SELECT tenant, id, x'02', x'', 1, x'', x'', 1, x'' \
        FROM job";
    let since: Timestamp = "2026-04-10T15:00:00Z".parse().expect("an instant");
    let query = MessageQuery { from: Some(since), ..MessageQuery::ALL };
    let (from, until) = query.microseconds();
    // The oldest id that it may have, one above where the search begins.
    let after = query.begins_after(None).expect("it begins somewhere");
    let id = (u128::from_be_bytes(*after.as_bytes()) + 1).to_be_bytes();
    let minted = since - WRITTEN_WITHIN;
    assert_eq!(
        id[..6],
        u64::try_from(minted.as_millisecond()).expect("it is late").to_be_bytes()[2..]
    );
    let connection = database();
    connection.execute(JOBS, params![written, id, from]).expect("rows");
    connection.execute(MESSAGES, []).expect("rows");
    let mut messages = connection.prepare(statement).expect("a statement");
    let values: [&dyn rusqlite::ToSql; 6] = [&[1_u8], after.as_bytes(), &from, &until, &2, &3];
    let to: [&dyn rusqlite::ToSql; 6] = [&[1_u8], after.as_bytes(), &from, &until, &[2_u8], &3];
    let values = if statement == MESSAGES_TO { to } else { values };
    let count = messages.parameter_count();
    let found: Vec<u8> =
        messages.query_row(&values[..count], |row| row.get(0)).expect("the one since");
    assert_eq!(found, id);
    messages.get_status(StatementStatus::VmStep)
}

#[test]
fn what_was_written_before_costs_a_list_by_time_nothing() {
    for statement in [MESSAGES, MESSAGES_STANDING, MESSAGES_TO] {
        assert_eq!(steps_since(statement, 10), steps_since(statement, 10_000), "{statement}");
    }
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
        MESSAGES_TO,
        &expect![[r#"
        SEARCH m USING INDEX message_by_destination (tenant=? AND destination=? AND id>?)
        SEARCH j USING INDEX sqlite_autoindex_job_1 (tenant=? AND id=?)"#]],
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
