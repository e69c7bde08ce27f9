//! Wrong use and what is said about it.

use expect_test::{Expect, expect};

use crate::installation::Installation;
use crate::process;

fn check(arguments: &[&str], code: i32, said: Expect) {
    let folder = tempfile::tempdir().unwrap();
    let ended = process::run(folder.path(), arguments).failed(code);
    assert_eq!(ended.stdout, "");
    let folder = folder.path().to_str().unwrap();
    said.assert_eq(&ended.stderr.replace(folder, "FOLDER"));
}

#[test]
fn a_data_folder_that_is_not_there() {
    check(
        &["tenants", "list"],
        1,
        expect![[r"
            cartola: there is no data folder cartola-demo; name one with --data or a configuration with --config
        "]],
    );
}

/// A nightly check of a store that was just made would be green, and prove nothing.
#[test]
fn a_configuration_whose_folder_holds_no_store() {
    let installation = Installation::new();
    let verbs: [&[&str]; 13] = [
        &["doctor"],
        &["doctor", "--seals"],
        &["audit", "verify"],
        &["audit", "anchors", "--make"],
        &["backup", "copy"],
        &["links", "list"],
        &["matters", "list"],
        &["messages", "list"],
        &["payments", "doubts"],
        &["export", "consents", "--format", "csv"],
        &["keys", "status"],
        &["forget", "--before", "2023-01", "--dry-run"],
        &["tenants", "list"],
    ];
    let refused = |said: &str| {
        for verb in verbs {
            let told = installation.run(verb).failed(1).stderr;
            assert!(told.contains(said) && told.contains("`cartola serve`"), "{verb:?}: {told}");
        }
    };
    refused("there is no data folder ");
    assert!(!installation.data().exists(), "nothing was made");
    std::fs::create_dir(installation.data()).unwrap();
    refused("data is no data folder; ");
    assert!(std::fs::read_dir(installation.data()).unwrap().next().is_none(), "nothing was made");
    installation.tenant("acme");
    installation.run(&["doctor"]).done();
}

#[test]
fn a_folder_of_something_else() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("novel.txt"), "It was a dark night").unwrap();
    let data = folder.path().to_str().unwrap();
    for arguments in [&["demo", "--port", "0", "--data", data][..], &["doctor", "--data", data]] {
        process::run(folder.path(), arguments).failed(1);
    }
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing was written into it");
}

#[test]
fn an_export_that_cannot_be_meant() {
    let days = ["--from", "2026-02-01", "--to", "2026-01-01"];
    check(
        &[&["export", "transactions", "--format", "csv"][..], &days].concat(),
        2,
        expect![[r"
            cartola: --from is later than --to
        "]],
    );
    check(
        &["export", "audit", "--format", "beancount"],
        2,
        expect![[r"
            cartola: beancount is a form of transactions; take csv or json
        "]],
    );
}

#[test]
fn options_that_clap_refuses_end_with_two() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["import"][..],
        &["import", "a.xlsx", "--account", "7"],
        &["import", "a.xlsx", "--institution", "Banco de Chile"],
        &["import", "a.xlsx", "--data", "a", "--config", "b"],
        &["export", "transactions"],
        &["export", "transactions", "--format", "csv", "--from", "yesterday"],
        &["tenants", "add", "acme", "--scopes", "everything"],
        &["demo", "--port", "70000"],
        &["links", "add", "banco-chile", "--rut", "12.345.678-5"],
        &["links", "add", "banco-chile", "--rut", "1", "--password-file", "a", "--pin-file", "b"],
        &["sync", "--from", "yesterday"],
        &["no-such-verb"],
        &[],
    ] {
        process::run(folder.path(), arguments).failed(2);
    }
}

#[test]
fn one_of_several_tenants_must_be_named() {
    let installation = Installation::new();
    assert_eq!(installation.serve().process.terminate().0, 0);
    let none = installation.run(&["export", "consents", "--format", "csv"]).failed(1);
    assert!(none.stderr.contains("there is no tenant yet"), "{}", none.stderr);
    installation.tenant("acme");
    installation.run(&["export", "consents", "--format", "csv"]).done();
    installation.tenant("umbra");
    let several = installation.run(&["export", "consents", "--format", "csv"]).failed(2);
    assert_eq!(several.stderr, "cartola: name one of the tenants with --tenant: acme, umbra\n");
    installation.run(&["export", "consents", "--format", "csv", "--tenant", "umbra"]).done();
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let installation = Installation::new();
    installation.tenant("acme");
    let unread = |arguments: &[&str]| {
        let mut command = process::command(installation.path(), arguments);
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        command.stdout(writer);
        process::ended(command)
    };
    let export = ["export", "audit", "--format", "json"];
    for arguments in [&["openapi"][..], &["tenants", "list"], &export] {
        let ended = unread(arguments);
        assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{arguments:?}");
    }
    for arguments in [&["audit", "verify"][..], &["doctor"], &["tenants", "revoke", "acme"]] {
        let said = unread(arguments).failed(1).stderr;
        assert!(said.starts_with("cartola: "), "{arguments:?}: {said}");
    }
}
