//! Which products `cartola sync` reads.

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::Scene;
use crate::installation::Installation;

/// Institution, lines and records of each link.
fn figures(reports: &[Value]) -> Vec<String> {
    let line = |report: &Value| {
        assert_eq!(report["failed"], json!(null), "{report}");
        let lines = if report["read"] == json!(0) { "no" } else { "some" };
        let institution = report["institution"].as_str().unwrap();
        format!("{institution}: {lines} lines, {} records", report["records"])
    };
    let mut lines: Vec<String> = reports.iter().map(line).collect();
    lines.sort();
    lines
}

fn check(scene: &Scene, more: &[&str], expected: Expect) {
    let reports = scene.sync(more).done().json_lines();
    expected.assert_eq(&(figures(&reports).join("\n") + "\n"));
}

#[test]
fn a_link_is_read_for_what_is_wanted_and_offered() {
    let scene = Scene::new();
    scene.add(&["banco-chile", "sii", "afc"].map(str::to_owned));
    check(
        &scene,
        &[],
        expect![[r#"
        afc: no lines, 3 records
        banco-chile: some lines, 0 records
        sii: no lines, 2 records
    "#]],
    );
    check(
        &scene,
        &["--products", "identity,tax_status"],
        expect![[r#"
        banco-chile: no lines, 1 records
        sii: no lines, 1 records
    "#]],
    );
    check(
        &scene,
        &["--products", "movements, cards"],
        expect![[r#"
        banco-chile: some lines, 1 records
    "#]],
    );
    let none = scene.sync(&["--products", "debts"]).failed(1);
    expect![[r#"
        cartola: none of these links is to an institution that offers the products of --products
    "#]]
    .assert_eq(&none.stderr);
}

#[test]
fn a_name_that_is_none_is_told_and_not_quoted() {
    let ended = Installation::new().run(&["sync", "--products", "hunter2"]).failed(2);
    assert!(ended.stderr.contains("some of: movements, identity"), "{}", ended.stderr);
}
