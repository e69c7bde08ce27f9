//! A statement that sorts, or walks more than its range, would pass every other test.

use expect_test::{Expect, expect};
use rusqlite::{Connection, params};

use super::attested::{BEFORE, MOVEMENT, SOURCES, WINDOW, WINDOW_SOURCES};
use super::feed::RUNS;
use super::page::{OF_ACCOUNT_NEWEST, OF_ACCOUNT_OLDEST, OF_TENANT_NEWEST, OF_TENANT_OLDEST};

fn check(statement: &str, expected: &Expect) {
    let mut connection = Connection::open_in_memory().expect("a database");
    crate::migrate::migrate(&mut connection).expect("our tables");
    let mut explained =
        connection.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).expect("a statement");
    let count = explained.parameter_count();
    let values = params![b"tenant", b"id", b"id", 0, b"account"];
    let steps = explained
        .query_map(&values[..count], |row| row.get::<_, String>(3))
        .expect("a plan")
        .collect::<Result<Vec<_>, _>>()
        .expect("its steps");
    expected.assert_eq(&steps.join("\n"));
}

#[test]
fn a_page_of_an_account_is_one_range_of_the_clustered_tree() {
    check(
        OF_ACCOUNT_NEWEST,
        &expect![
            "SEARCH movement USING PRIMARY KEY (tenant=? AND account=? AND booked_on>? AND (booked_on,id)<(?,?))"
        ],
    );
    check(
        OF_ACCOUNT_OLDEST,
        &expect![
            "SEARCH movement USING PRIMARY KEY (tenant=? AND account=? AND (booked_on,id)>(?,?) AND booked_on<?)"
        ],
    );
}

#[test]
fn a_page_of_a_tenant_is_one_range_of_the_tree_by_day_and_a_search_for_each_row() {
    check(
        OF_TENANT_NEWEST,
        &expect![[r#"
        SEARCH d USING PRIMARY KEY (tenant=? AND booked_on>? AND (booked_on,id)<(?,?))
        SEARCH m USING PRIMARY KEY (tenant=? AND account=? AND booked_on=? AND id=?)"#]],
    );
    check(
        OF_TENANT_OLDEST,
        &expect![[r#"
        SEARCH d USING PRIMARY KEY (tenant=? AND (booked_on,id)>(?,?) AND booked_on<?)
        SEARCH m USING PRIMARY KEY (tenant=? AND account=? AND booked_on=? AND id=?)"#]],
    );
}

#[test]
fn a_movement_and_its_sources_are_two_searches() {
    check(MOVEMENT, &expect!["SEARCH movement USING INDEX movement_by_id (tenant=? AND id=?)"]);
    check(SOURCES, &expect!["SEARCH source USING PRIMARY KEY (tenant=? AND movement=?)"]);
}

#[test]
fn a_window_is_walked_in_order_and_its_sources_are_searched() {
    check(
        WINDOW,
        &expect![
            "SEARCH movement USING PRIMARY KEY (tenant=? AND account=? AND booked_on>? AND booked_on<?)"
        ],
    );
    check(
        WINDOW_SOURCES,
        &expect![[r#"
        SEARCH m USING PRIMARY KEY (tenant=? AND account=? AND booked_on>? AND booked_on<?)
        SEARCH s USING PRIMARY KEY (tenant=? AND movement=?)"#]],
    );
}

#[test]
fn the_day_before_is_the_end_of_a_range() {
    check(
        BEFORE,
        &expect!["SEARCH movement USING PRIMARY KEY (tenant=? AND account=? AND booked_on<?)"],
    );
}

#[test]
fn the_feed_is_one_range() {
    check(RUNS, &expect!["SEARCH feed USING PRIMARY KEY (tenant=? AND position>?)"]);
}
