//! `cartola export`.

use expect_test::{Expect, expect};
use serde_json::Value;

use crate::bean_check;
use crate::installation::{Demo, Installation};
use crate::process;
use crate::statement;

/// An account whose glosas try to be everything but text.
fn with_movements() -> Installation {
    let installation = Installation::new();
    installation.tenant("acme");
    let lines = [
        (1, "ABONO \"SUELDO\", MARZO", 900_000),
        (2, "=cmd|' /C calc'!A0", -35_000),
        (2, "-1+1", -1),
        (4, "BACK\\SLASH", -400_000),
    ];
    let csv = statement::csv(50_000, &lines);
    let (file, map) = statement::write(installation.path(), "a", &csv, "1234567890");
    let (file, map) = (file.to_str().unwrap(), map.to_str().unwrap());
    installation.run(&["import", file, "--mapping", map]).done();
    installation
}

/// Ids are minted, so every id of one kind is shown as the same.
fn without_ids(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('_') {
        let (before, after) = rest.split_at(at + 1);
        let digits = after.bytes().take_while(u8::is_ascii_hexdigit).count();
        shown.push_str(before);
        if digits == 32 {
            shown.push('…');
        } else {
            shown.push_str(&after[..digits]);
        }
        rest = &after[digits..];
    }
    shown + rest
}

fn check(arguments: &[&str], expected: &Expect) {
    let installation = with_movements();
    let export = installation.run(&[&["export"], arguments].concat()).done();
    expected.assert_eq(&without_ids(&export.stdout.replace("\r\n", "⏎\n")));
    let again = installation.run(&[&["export"], arguments].concat()).done();
    assert_eq!(again.stdout, export.stdout, "the order is always the same");
}

#[test]
fn csv_is_quoted_and_no_cell_is_a_formula() {
    check(
        &["transactions", "--format", "csv"],
        &expect![[r#"
        id,account_id,institution,account_kind,account_number,booked_on,value_on,amount,currency,description,balance_after,status,counterparty_name,counterparty_rut,counterparty_account,counterparty_bank,document,reference,channel,branch,city,card_last4,instalment,category,category_label⏎
        mov_…,acc_…,banco-chile,checking,1234567890,2026-03-01,,900000,CLP,"ABONO ""SUELDO"", MARZO",950000,booked,,,,,,,,,,,,ingresos/remuneracion,Remuneración⏎
        mov_…,acc_…,banco-chile,checking,1234567890,2026-03-02,,-35000,CLP,'=cmd|' /C calc'!A0,915000,booked,,,,,,,,,,,,otros/sin-clasificar,Sin clasificar⏎
        mov_…,acc_…,banco-chile,checking,1234567890,2026-03-02,,-1,CLP,'-1+1,914999,booked,,,,,,,,,,,,otros/sin-clasificar,Sin clasificar⏎
        mov_…,acc_…,banco-chile,checking,1234567890,2026-03-04,,-400000,CLP,BACK\SLASH,514999,booked,,,,,,,,,,,,otros/sin-clasificar,Sin clasificar⏎
    "#]],
    );
}

#[test]
fn beancount() {
    let ledger = with_movements().run(&["export", "transactions", "--format", "beancount"]).done();
    bean_check::accepts(&ledger.stdout);
    let wrong = ledger.stdout.replace(" 950000 CLP", " 950001 CLP");
    assert!(bean_check::judge(&wrong).unwrap_err().contains("Balance failed"));
    check(
        &["transactions", "--format", "beancount"],
        &expect![[r#"
        option "title" "Cartola: acme"
        option "operating_currency" "CLP"

        2026-03-01 open Assets:Banco-Chile:Checking:7890 CLP
          id: "acc_…"

        2026-03-01 open Expenses:Unknown
        2026-03-01 open Income:Unknown
        2026-03-01 open Equity:Opening-Balances
        2026-03-01 open Equity:Balance-Gaps

        2026-03-01 * "ABONO \"SUELDO\", MARZO"
          id: "mov_…"
          category: "ingresos/remuneracion"
          Assets:Banco-Chile:Checking:7890  900000 CLP
          Income:Unknown  -900000 CLP

        2026-03-01 * "Balance before the first statement"
          Assets:Banco-Chile:Checking:7890  50000 CLP
          Equity:Opening-Balances  -50000 CLP

        2026-03-02 balance Assets:Banco-Chile:Checking:7890 950000 CLP

        2026-03-02 * "=cmd|' /C calc'!A0"
          id: "mov_…"
          category: "otros/sin-clasificar"
          Assets:Banco-Chile:Checking:7890  -35000 CLP
          Expenses:Unknown  35000 CLP

        2026-03-02 * "-1+1"
          id: "mov_…"
          category: "otros/sin-clasificar"
          Assets:Banco-Chile:Checking:7890  -1 CLP
          Expenses:Unknown  1 CLP

        2026-03-03 balance Assets:Banco-Chile:Checking:7890 914999 CLP

        2026-03-04 * "BACK\\SLASH"
          id: "mov_…"
          category: "otros/sin-clasificar"
          Assets:Banco-Chile:Checking:7890  -400000 CLP
          Expenses:Unknown  400000 CLP

        2026-03-05 balance Assets:Banco-Chile:Checking:7890 514999 CLP
    "#]],
    );
}

#[test]
fn json_is_one_array_with_one_object_a_line() {
    let installation = with_movements();
    let export = installation.run(&["export", "transactions", "--format", "json"]).done();
    assert_eq!(export.stdout.lines().count(), 1 + 4 + 1);
    let rows: Vec<Value> = serde_json::from_str(&export.stdout).unwrap();
    let figures: Vec<_> = rows.iter().map(|row| (&row["amount"], &row["balance_after"])).collect();
    assert_eq!(figures[0], (&900_000.into(), &950_000.into()));
    assert_eq!(rows[3]["description"], "BACK\\SLASH");
    assert_eq!(rows[0]["category"], "ingresos/remuneracion");
    assert_eq!(rows[0]["category_label"], "Remuneración");
    let days = ["--from", "2026-03-02", "--to", "2026-03-02"];
    let arguments = [&["export", "transactions", "--format", "json"], &days[..]].concat();
    let rows: Vec<Value> =
        serde_json::from_str(&installation.run(&arguments).done().stdout).unwrap();
    assert_eq!(rows.len(), 2);
}

#[test]
fn one_account_and_a_private_file() {
    use std::os::unix::fs::PermissionsExt;

    let installation = with_movements();
    let export = installation.run(&["export", "transactions", "--format", "json"]).done();
    let rows: Vec<Value> = serde_json::from_str(&export.stdout).unwrap();
    let account = rows[0]["account_id"].as_str().unwrap();
    let arguments = ["export", "transactions", "--format", "json", "--account", account];
    let named = installation.run(&[&arguments[..], &["--output", "out.json"]].concat()).done();
    assert_eq!(named.stdout, "");
    let path = installation.path().join("out.json");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), export.stdout);
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    // What is there is written over where that is said alone.
    std::fs::write(&path, "the month before").unwrap();
    let again = [&arguments[..], &["--output", "out.json"]].concat();
    let refused = installation.run(&again).failed(1).stderr;
    assert!(refused.contains("out.json exists") && refused.contains("--force"), "{refused}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "the month before");
    installation.run(&[&again[..], &["--force"]].concat()).done();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), export.stdout);
    let nobody = format!("acc_{}", "0".repeat(32));
    let arguments = ["export", "transactions", "--format", "json", "--account", &nobody];
    installation.run(&arguments).failed(1);
}

#[test]
fn consents_and_the_audit_trail() {
    let installation = with_movements();
    let consents = installation.run(&["export", "consents", "--format", "csv"]).done().stdout;
    assert_eq!(consents.lines().count(), 2);
    assert!(consents.lines().nth(1).unwrap().contains(",file_import,granted,"), "{consents}");
    let trail = installation.run(&["export", "audit", "--format", "json"]).done().stdout;
    let entries: Vec<Value> = serde_json::from_str(&trail).unwrap();
    let actions: Vec<_> = entries.iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    expect![[r#"
        tenant.added
        credential.issued
        credential.issued
        credential.issued
        consent.granted
        import.committed
        consent.read"#]]
    .assert_eq(&actions.join("\n"));
    let nothing = ["export", "audit", "--format", "json", "--to", "2020-01-01"];
    assert_eq!(installation.run(&nothing).done().stdout, "[]\n");
}

#[test]
fn beancount_of_a_real_layout_and_of_one_with_gaps() {
    let folder = tempfile::tempdir().unwrap();
    Demo::start(folder.path()).process.kill();
    let arguments = ["export", "transactions", "--format", "beancount", "--data", "demo"];
    let ledger = process::run(folder.path(), &arguments).done().stdout;
    assert_eq!(ledger.matches("  id: \"mov_").count(), 63);
    bean_check::accepts(&ledger);

    let installation = Installation::new();
    installation.tenant("acme");
    let text = "Fecha,Glosa,Monto,Saldo\n2026-03-01,ABONO,10,10\n2026-03-04,CARGO,-3,6\n";
    std::fs::write(installation.path().join("gap.csv"), text).unwrap();
    std::fs::write(installation.path().join("map.toml"), statement::mapping("77")).unwrap();
    installation.run(&["import", "gap.csv", "--mapping", "map.toml"]).done();
    let ledger = installation.run(&["export", "transactions", "--format", "beancount"]).done();
    assert!(ledger.stdout.contains("Equity:Balance-Gaps  1 CLP"), "{}", ledger.stdout);
    bean_check::accepts(&ledger.stdout);
}
