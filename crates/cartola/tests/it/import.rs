//! `cartola import`.

use expect_test::expect;
use serde_json::json;

use crate::installation::Installation;
use crate::statement;

fn with_tenant() -> Installation {
    let installation = Installation::new();
    installation.tenant("acme");
    installation
}

#[test]
fn movements_are_there_once_however_often_they_are_imported() {
    let installation = with_tenant();
    let lines = [(1, "ABONO SUELDO", 900_000), (2, "PAGO LUZ", -35_000), (2, "PAGO LUZ", -35_000)];
    let (file, map) =
        statement::write(installation.path(), "a", &statement::csv(0, &lines), "1234567890");
    let more = [&lines[1..], &[(5, "ARRIENDO", -400_000)]].concat();
    let (longer, _) =
        statement::write(installation.path(), "b", &statement::csv(900_000, &more), "1234567890");
    let import = |path: &std::path::Path| {
        let paths = [path.to_str().unwrap(), "--mapping", map.to_str().unwrap(), "--json"];
        installation.run(&[&["import"], &paths[..]].concat()).done().json()
    };
    let first = import(&file);
    let account = first["account"].clone();
    assert_eq!(
        first,
        json!({"file": file.to_str(), "layout": first["layout"], "account": account, "read": 3,
            "new": 3, "duplicates": 0, "gaps": [], "refused": null})
    );
    let again = import(&file);
    assert_eq!((&again["new"], &again["duplicates"]), (&json!(0), &json!(3)));
    let overlapping = import(&longer);
    assert_eq!(overlapping["account"], account);
    assert_eq!((&overlapping["new"], &overlapping["duplicates"]), (&json!(1), &json!(2)));
    let export = installation.run(&["export", "transactions", "--format", "csv"]).done();
    assert_eq!(export.stdout.lines().count(), 1 + 4, "{}", export.stdout);
}

#[test]
fn a_refused_file_keeps_nobody_else_out() {
    let installation = with_tenant();
    let lines = [(1, "ABONO", 10), (3, "CARGO", -3)];
    let (good, map) =
        statement::write(installation.path(), "good", &statement::csv(0, &lines), "55");
    let bad = installation.path().join("bad.csv");
    std::fs::write(&bad, "Fecha,Glosa,Monto,Saldo\n2026-03-01,ABONO,10,10\n2026-13-01,X,1,11\n")
        .unwrap();
    let map = map.to_str().unwrap();
    let files = [bad.to_str().unwrap(), "absent.csv", ".", good.to_str().unwrap()];
    let arguments = [&["import", "--json", "--mapping", map], &files[..]].concat();
    let ended = installation.run(&arguments).failed(1);
    let reports = ended.json_lines();
    assert_eq!(reports.len(), 4);
    assert_eq!(reports[0]["refused"]["place"], "line 3");
    assert_eq!(reports[1]["refused"]["place"], "the file");
    assert_eq!(reports[2]["refused"]["reason"], "it is a folder; name the files in it");
    assert_eq!((&reports[3]["new"], &reports[3]["refused"]), (&json!(2), &json!(null)));
    let export = installation.run(&["export", "transactions", "--format", "json"]).done();
    let rows: serde_json::Value = serde_json::from_str(&export.stdout).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 2);
}

#[test]
fn people_get_a_table_and_a_sentence_for_each_gap() {
    let installation = with_tenant();
    let file = installation.path().join("gap.csv");
    let text = "Fecha,Glosa,Monto,Saldo\n2026-03-01,ABONO,10,10\n2026-03-04,CARGO,-3,6\n";
    std::fs::write(&file, text).unwrap();
    std::fs::write(installation.path().join("map.toml"), statement::mapping("77")).unwrap();
    let ended = installation.run(&["import", "gap.csv", "--mapping", "map.toml"]).done();
    expect![[r"
        FILE     LAYOUT      READ  NEW  DUPLICATE  AMENDED  REMOVED  GAPS  AMBIGUOUS
        gap.csv  csv/mapped  2     2    0          0        0        1     0
        gap.csv: the balance chain breaks on 2026-03-04, line 3: 7 would follow, 6 is printed (in minor units)
    "]]
    .assert_eq(&ended.stdout);
    assert_eq!(ended.stderr, "", "no progress bar where stderr is not a terminal");
}

#[test]
fn a_file_that_is_too_large_is_not_read() {
    let installation = with_tenant();
    let path = installation.path().join("large.xlsx");
    let file = std::fs::File::create(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    let ended = installation.run(&["import", "large.xlsx", "--json"]).failed(1);
    assert_eq!(ended.json()["refused"]["reason"], "the file is larger than 32 MiB");
}

#[test]
fn a_csv_file_needs_a_mapping() {
    let installation = with_tenant();
    std::fs::write(installation.path().join("a.csv"), statement::csv(0, &[(1, "A", 1)])).unwrap();
    let ended = installation.run(&["import", "a.csv", "--json"]).failed(1);
    assert_eq!(ended.json()["account"], json!(null));
    let ended = installation.run(&["import", "a.csv", "--mapping", "none.toml"]).failed(1);
    assert!(ended.stderr.contains("the mapping none.toml cannot be read"), "{}", ended.stderr);
}
