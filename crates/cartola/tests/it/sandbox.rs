//! `cartola sandbox`.

use expect_test::{Expect, expect};
use serde_json::json;

use crate::chile::Chile;
use crate::process::{self, Background};

#[test]
fn it_stops_in_peace_and_keeps_what_was_done() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["sandbox", "--port", "0", "--data", "chile", "--seed", "7"];
    let (process, line) = Background::start(process::command(folder.path(), &arguments)).unwrap();
    let chile = Chile::at(line.trim().strip_prefix("the sandbox is ready at ").unwrap());
    let (_, place) = chile.person("no-movements", "banco-chile");
    let account = place["accounts"][0].as_str().unwrap();
    let before = holds(&chile, account);
    let added = json!({"account": account, "amount": 4_321, "description": "DEPOSITO"}).to_string();
    let headers = [("Content-Type", "application/json")];
    let answer = chile.client.send("POST", "/_sandbox/movements", &headers, added.as_bytes());
    assert_eq!(answer.unwrap().status, 201);
    let (code, said) = process.terminate();
    assert_eq!(code, 0, "{said}");
    let again = Chile::start(folder.path());
    assert_eq!(holds(&again, account), before + 4_321);
    assert_eq!(again.client.json("/_sandbox/ledger/check")["balanced"], json!(true));
}

/// What is on an account and on its way to it.
fn holds(chile: &Chile, account: &str) -> i64 {
    let found = chile.client.json(&format!("/_sandbox/accounts/{account}"));
    found["ledger"].as_i64().unwrap() + found["held"].as_i64().unwrap()
}

fn check(runs: bool, seed: &str, data: &str, said: Expect) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("novel")).unwrap();
    std::fs::write(folder.path().join("novel/novel.txt"), "It was a dark night").unwrap();
    let _running = Some(Chile::start(folder.path())).filter(|_| runs);
    let arguments = ["sandbox", "--port", "0", "--data", data, "--seed", seed];
    said.assert_eq(&process::run(folder.path(), &arguments).failed(1).stderr);
}

#[test]
fn a_folder_that_it_cannot_take() {
    check(
        true,
        "42",
        "chile",
        expect![[r#"
        cartola: the sandbox in chile cannot be opened: the sandbox's folder is in use by another process; stop that one first
    "#]],
    );
    check(
        false,
        "7",
        "chile",
        expect![[r#"
        cartola: the sandbox in chile cannot be opened: this folder was made with seed 42; leave the seed out or use another folder
    "#]],
    );
    check(
        false,
        "42",
        "novel",
        expect![[r#"
        cartola: novel holds other files; name a folder that is empty, is not there yet, or is a folder of the sandbox already
    "#]],
    );
}
