//! One story a test: statements in, movements and reasons out.

use std::sync::Arc;

use cartola_connector::Line;
use cartola_model::{Instalment, SourceKind};
use cartola_store::imports::ImportOutcome;
use expect_test::{Expect, expect};

use super::book::{Book, Head, Row, batch, line};

/// Imports the statements in order and compares the figures of the last one, and the book.
fn check(statements: &[(Head, &[Row])], expected: Expect) {
    let mut book = Book::new();
    let mut last = ImportOutcome::default();
    for (head, rows) in statements {
        last = book.import(*head, rows);
    }
    let figures = format!(
        "read {} new {} duplicates {} amended {} removed {} restored {} gaps {} ambiguous {}\n",
        last.read,
        last.new,
        last.duplicates,
        last.amended,
        last.removed,
        last.restored,
        last.gaps.len(),
        last.ambiguous.len()
    );
    let warnings: String = last
        .warnings
        .iter()
        .map(|warning| format!("{}: {}\n", warning.code, warning.text))
        .collect();
    expected.assert_eq(&(figures + &warnings + &book.render()));
}

const MARCH: &[Row] = &[
    (2, -100, Some(900), "COMPRA NACIONAL LIDER"),
    (3, -50, Some(850), "PAGO EN SERVIPAG"),
    (3, -50, Some(800), "PAGO EN SERVIPAG"),
    (4, 500, Some(1300), "TEF DE EMPRESA"),
];

#[test]
fn the_same_statement_twice_comes_back_once() {
    let head = Head::statement(2, 4);
    check(
        &[(head, MARCH), (head, MARCH)],
        expect![[r#"
        read 4 new 0 duplicates 4 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-02 -100 900 "COMPRA NACIONAL LIDER" booked v1 [first, identical_line]
        2026-03-03 -50 850 "PAGO EN SERVIPAG" booked v1 [first, identical_line]
        2026-03-03 -50 800 "PAGO EN SERVIPAG" booked v1 [first, identical_line]
        2026-03-04 500 1300 "TEF DE EMPRESA" booked v1 [first, identical_line]
    "#]],
    );
}

#[test]
fn two_equal_lines_without_balance_stay_two() {
    let head = Head::statement(3, 3).as_csv();
    let twice: &[Row] = &[(3, -50, None, "METRO"), (3, -50, None, "METRO")];
    check(
        &[(head, twice), (head, twice)],
        expect![[r#"
        read 2 new 0 duplicates 2 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-03 -50 - "METRO" booked v1 [first, same_line]
        2026-03-03 -50 - "METRO" booked v1 [first, same_line]
    "#]],
    );
}

#[test]
fn overlapping_files_count_the_most_that_either_has() {
    let head = Head::statement(3, 3).as_csv();
    let once: &[Row] = &[(3, -50, None, "METRO")];
    let thrice: &[Row] =
        &[(3, -50, None, "METRO"), (3, -50, None, "METRO"), (3, -50, None, "METRO")];
    check(
        &[(head, once), (head, thrice)],
        expect![[r#"
        read 3 new 2 duplicates 1 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-03 -50 - "METRO" booked v1 [first, same_line]
        2026-03-03 -50 - "METRO" booked v1 [first]
        2026-03-03 -50 - "METRO" booked v1 [first]
    "#]],
    );
}

#[test]
fn a_day_cut_between_two_files_becomes_whole() {
    let morning = (Head::statement(2, 3), &MARCH[..2]);
    let rest = (Head::statement(3, 4), &MARCH[2..]);
    check(
        &[morning, rest],
        expect![[r#"
        read 2 new 2 duplicates 0 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-02 -100 900 "COMPRA NACIONAL LIDER" booked v1 [first]
        2026-03-03 -50 850 "PAGO EN SERVIPAG" booked v1 [first]
        2026-03-03 -50 800 "PAGO EN SERVIPAG" booked v1 [first]
        2026-03-04 500 1300 "TEF DE EMPRESA" booked v1 [first]
    "#]],
    );
}

#[test]
fn a_day_cut_with_an_overlap_becomes_whole() {
    let rest = (Head::statement(3, 4), &MARCH[1..]);
    let morning = (Head::statement(2, 3).made_on(3), &MARCH[..2]);
    check(
        &[rest, morning],
        expect![[r#"
        read 2 new 1 duplicates 1 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-02 -100 900 "COMPRA NACIONAL LIDER" booked v1 [first]
        2026-03-03 -50 850 "PAGO EN SERVIPAG" booked v1 [first, identical_line]
        2026-03-03 -50 800 "PAGO EN SERVIPAG" booked v1 [first]
        2026-03-04 500 1300 "TEF DE EMPRESA" booked v1 [first]
    "#]],
    );
}

#[test]
fn a_line_that_a_complete_statement_lacks_is_removed() {
    let before: &[Row] =
        &[(2, -10, Some(90), "A"), (3, -20, Some(70), "FANTASMA"), (4, -5, Some(65), "C")];
    let after: &[Row] = &[(2, -10, Some(90), "A"), (4, -5, Some(85), "C"), (5, -1, Some(84), "D")];
    check(
        &[(Head::statement(2, 4), before), (Head::statement(2, 5), after)],
        expect![[r#"
        read 3 new 1 duplicates 2 amended 1 removed 1 restored 0 gaps 0 ambiguous 0
        2026-03-02 -10 90 "A" booked v1 [first, identical_line]
        2026-03-03 -20 70 "FANTASMA" removed v2 [first, absent]
        2026-03-04 -5 85 "C" booked v2 [first, same_line]
        2026-03-05 -1 84 "D" booked v1 [first]
    "#]],
    );
}

#[test]
fn a_removed_line_that_comes_back_keeps_its_id() {
    let with: &[Row] = &[(2, -10, None, "A"), (3, -20, None, "FANTASMA"), (4, -5, None, "C")];
    let without: &[Row] = &[(2, -10, None, "A"), (4, -5, None, "C")];
    let head = Head::statement(2, 4);
    check(
        &[(head, with), (head.made_on(5), without), (head.made_on(6), with)],
        expect![[r#"
        read 3 new 0 duplicates 3 amended 0 removed 0 restored 1 gaps 0 ambiguous 0
        2026-03-02 -10 - "A" booked v1 [first, same_line, same_line]
        2026-03-03 -20 - "FANTASMA" booked v3 [first, absent, same_line]
        2026-03-04 -5 - "C" booked v1 [first, same_line, same_line]
    "#]],
    );
}

#[test]
fn an_incomplete_statement_removes_nothing() {
    let before: &[Row] = &[(2, -10, None, "A"), (3, -20, None, "B"), (4, -5, None, "C")];
    let after: &[Row] = &[(2, -10, None, "A"), (4, -5, None, "C")];
    let head = Head::statement(2, 4);
    check(
        &[(head, before), (head.incomplete(), after)],
        expect![[r#"
        read 2 new 0 duplicates 2 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-02 -10 - "A" booked v1 [first, same_line]
        2026-03-03 -20 - "B" booked v1 [first]
        2026-03-04 -5 - "C" booked v1 [first, same_line]
    "#]],
    );
}

#[test]
fn the_edges_of_a_statement_remove_nothing() {
    let before: &[Row] = &[(2, -10, None, "A"), (3, -20, None, "B"), (4, -5, None, "C")];
    let after: &[Row] = &[(3, -20, None, "B")];
    check(
        &[(Head::statement(2, 4), before), (Head::statement(2, 4), after)],
        expect![[r#"
        read 1 new 0 duplicates 1 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-02 -10 - "A" booked v1 [first]
        2026-03-03 -20 - "B" booked v1 [first, same_line]
        2026-03-04 -5 - "C" booked v1 [first]
    "#]],
    );
}

#[test]
fn an_older_statement_removes_nothing_that_a_newer_one_has() {
    let newer: &[Row] = &[(2, -10, None, "A"), (3, -20, None, "TARDIO"), (4, -5, None, "C")];
    let older: &[Row] = &[(2, -10, None, "A"), (4, -5, None, "C")];
    let head = Head::statement(2, 4);
    check(
        &[(head.made_on(9), newer), (head.made_on(4), older)],
        expect![[r#"
        read 2 new 0 duplicates 2 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-02 -10 - "A" booked v1 [first, same_line]
        2026-03-03 -20 - "TARDIO" booked v1 [first]
        2026-03-04 -5 - "C" booked v1 [first, same_line]
    "#]],
    );
}

#[test]
fn a_truncated_text_meets_its_long_form() {
    let short: &[Row] = &[(3, -990, None, "COMPRA NACIONAL SUPERM")];
    let long: &[Row] = &[(3, -990, Some(10), "Compra nacional supermercado Ñuñoa")];
    check(
        &[(Head::statement(3, 3).as_csv(), short), (Head::statement(3, 3), long)],
        expect![[r#"
        read 1 new 0 duplicates 1 amended 1 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-03 -990 10 "Compra nacional supermercado Ñuñoa" booked v2 [first, truncated_text]
    "#]],
    );
}

#[test]
fn what_could_be_either_stays_apart_and_is_listed() {
    let known: &[Row] = &[(3, -990, Some(10), "PAGO UNO"), (3, -990, Some(-980), "PAGO DOS")];
    let unclear: &[Row] = &[(3, -990, None, "TRANSFERENCIA")];
    check(
        &[(Head::statement(3, 3), known), (Head::statement(3, 3).as_csv(), unclear)],
        expect![[r#"
            read 1 new 1 duplicates 0 amended 0 removed 0 restored 0 gaps 0 ambiguous 1
            2026-03-03 -990 10 "PAGO UNO" booked v1 [first]
            2026-03-03 -990 -980 "PAGO DOS" booked v1 [first]
            2026-03-03 -990 - "TRANSFERENCIA" booked v1 [first]
        "#]],
    );
}

#[test]
fn a_renamed_line_of_a_complete_day_keeps_its_id() {
    let before: &[Row] =
        &[(2, 1, None, "A"), (3, -70, None, "CARGO EN PROCESO"), (4, 1, None, "B")];
    let after: &[Row] = &[(2, 1, None, "A"), (3, -70, None, "PAC METROGAS"), (4, 1, None, "B")];
    check(
        &[(Head::statement(2, 4), before), (Head::statement(2, 4).made_on(5), after)],
        expect![[r#"
            read 3 new 0 duplicates 3 amended 1 removed 0 restored 0 gaps 0 ambiguous 0
            2026-03-02 1 - "A" booked v1 [first, same_line]
            2026-03-03 -70 - "PAC METROGAS" booked v2 [first, only_candidate]
            2026-03-04 1 - "B" booked v1 [first, same_line]
        "#]],
    );
}

#[test]
fn lines_that_the_bank_reordered_keep_their_ids() {
    let before: &[Row] = &[
        (2, 100, Some(100), "A"),
        (3, -10, Some(90), "B"),
        (3, -20, Some(70), "C"),
        (4, 1, Some(71), "D"),
    ];
    let after: &[Row] = &[
        (2, 100, Some(100), "A"),
        (3, -20, Some(80), "C"),
        (3, -10, Some(70), "B"),
        (4, 1, Some(71), "D"),
    ];
    check(
        &[(Head::statement(2, 4), before), (Head::statement(2, 4).made_on(5), after)],
        expect![[r#"
            read 4 new 0 duplicates 4 amended 2 removed 0 restored 0 gaps 0 ambiguous 0
            2026-03-02 100 100 "A" booked v1 [first, identical_line]
            2026-03-03 -10 70 "B" booked v2 [first, same_line]
            2026-03-03 -20 80 "C" booked v2 [first, same_line]
            2026-03-04 1 71 "D" booked v1 [first, identical_line]
        "#]],
    );
}

#[test]
fn a_chain_that_breaks_is_reported_and_taken() {
    let rows: &[Row] = &[(2, -10, Some(90), "A"), (3, -20, Some(60), "B")];
    check(
        &[(Head::statement(2, 3), rows)],
        expect![[r#"
        read 2 new 2 duplicates 0 amended 0 removed 0 restored 0 gaps 1 ambiguous 0
        2026-03-02 -10 90 "A" booked v1 [first]
        2026-03-03 -20 60 "B" booked v1 [first]
    "#]],
    );
}

#[test]
fn a_hole_between_two_files_is_a_gap() {
    let first: &[Row] = &[(2, -10, Some(90), "A")];
    let second: &[Row] = &[(5, -20, Some(50), "B")];
    check(
        &[(Head::statement(2, 2), first), (Head::statement(5, 5), second)],
        expect![[r#"
        read 1 new 1 duplicates 0 amended 0 removed 0 restored 0 gaps 1 ambiguous 0
        2026-03-02 -10 90 "A" booked v1 [first]
        2026-03-05 -20 50 "B" booked v1 [first]
    "#]],
    );
}

#[test]
fn files_that_join_leave_no_gap() {
    let first: &[Row] = &[(2, -10, Some(90), "A")];
    let second: &[Row] = &[(5, -20, Some(70), "B")];
    check(
        &[(Head::statement(2, 2), first), (Head::statement(5, 5), second)],
        expect![[r#"
        read 1 new 1 duplicates 0 amended 0 removed 0 restored 0 gaps 0 ambiguous 0
        2026-03-02 -10 90 "A" booked v1 [first]
        2026-03-05 -20 70 "B" booked v1 [first]
    "#]],
    );
}

#[test]
fn an_older_statement_that_comes_late_brings_nothing_back() {
    let older: &[Row] = &[(2, -10, None, "A"), (3, -20, None, "FANTASMA"), (4, -5, None, "C")];
    let newer: &[Row] = &[(2, -10, None, "A"), (4, -5, None, "C")];
    let head = Head::statement(2, 4);
    check(
        &[(head.made_on(9), newer), (head.made_on(4), older)],
        expect![[r#"
            read 3 new 1 duplicates 2 amended 0 removed 1 restored 0 gaps 0 ambiguous 0
            absent_later: a later statement that is complete for these days does not have 1 of the new movements
            2026-03-02 -10 - "A" booked v1 [first, same_line]
            2026-03-03 -20 - "FANTASMA" removed v1 [first, absent]
            2026-03-04 -5 - "C" booked v1 [first, same_line]
        "#]],
    );
}

#[test]
fn references_that_start_anew_in_each_file_merge_nothing() {
    let lines = |rows: &[Row]| -> Vec<Line> {
        let with_reference = |(number, row): (usize, &Row)| {
            let mut line = line(number, *row);
            Arc::make_mut(&mut line.observation).details.reference = Some((number + 1).to_string());
            line
        };
        rows.iter().enumerate().map(with_reference).collect()
    };
    let mut book = Book::new();
    let head = Head { source: SourceKind::StandardFile, ..Head::statement(1, 31) };
    let first = lines(&[(2, -1000, None, "ARRIENDO"), (3, -2000, None, "LUZ")]);
    let second = lines(&[(9, -50000, None, "SUPERMERCADO"), (10, 90000, None, "SUELDO")]);
    book.import_batch(&batch(head.incomplete(), first));
    let outcome = book.import_batch(&batch(head.incomplete(), second));
    assert_eq!((outcome.new, outcome.amended), (2, 0));
}

#[test]
fn a_reference_finds_a_booking_that_was_moved() {
    let with = |row: Row| {
        let mut line = line(0, row);
        Arc::make_mut(&mut line.observation).details.reference = Some("REF-77".to_owned());
        line
    };
    let mut book = Book::new();
    let head = Head::statement(1, 31).incomplete();
    book.import_batch(&batch(head, vec![with((5, -990, None, "COMPRA"))]));
    book.import_batch(&batch(head.made_on(31), vec![with((6, -990, None, "COMPRA"))]));
    expect![[r#"
        2026-03-06 -990 - "COMPRA" booked v2 [first, same_reference]
    "#]]
    .assert_eq(&book.render());
}

#[test]
fn instalments_of_one_purchase_stay_apart() {
    let instalment = |number| {
        let mut line = line(0, (5, -10000, None, "FALABELLA NOTEBOOK"));
        Arc::make_mut(&mut line.observation).details.instalment =
            Some(Instalment { number, of: 3 });
        line
    };
    let mut book = Book::new();
    let head = Head::statement(1, 31).incomplete();
    book.import_batch(&batch(head, vec![instalment(1)]));
    let second = book.import_batch(&batch(head, vec![instalment(2)]));
    assert_eq!((second.new, second.ambiguous.len()), (1, 1));
}
