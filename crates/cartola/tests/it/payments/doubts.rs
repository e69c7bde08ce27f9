//! Doubt that the bank does not end, and who asks it by telephone.

use serde_json::{Value, json};

use super::payer::{Payer, next};
use crate::chile::Chile;
use crate::http::Client;
use crate::installation::Installation;
use crate::shop;

const BANK: &str = "banco-security";

/// Looks at one until nobody knows what the bank has heard.
#[track_caller]
fn in_doubt(client: &Client, begun: &Value) -> Value {
    let looks = std::iter::successors(Some(begun.clone()), |seen| Some(next(client, seen)));
    looks.take(30).find(|payment| payment["state"] == "in_doubt").expect("its bank is silent")
}

#[test]
fn what_a_bank_says_by_telephone_ends_a_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let chile = Chile::start(folder.path());
    let port = chile.url.rsplit(':').next().unwrap().parse().unwrap();
    let paid = shop::paid(&shop::merchant().account);
    let installation = Installation::with(&(shop::banks(&[BANK], port) + &paid));
    let keys = installation.tenant("acme");
    let gateway = installation.serve();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let (rut, place) = chile.person("ok", BANK);
    let password = place["password"].as_str().unwrap().to_owned();
    let payer = Payer { institution: BANK.to_owned(), rut, password };
    let silent = json!({"kind": "cut", "calls": 10_000, "when": "after",
        "operations": ["POST transfer", "GET transfer", "POST transfer/withdrawal"]});
    let path = format!("/_sandbox/institutions/{BANK}/fault");
    assert!(chile.lever("POST", &path, &silent).status < 300);
    let payment = in_doubt(&client, &payer.begin(&client, 5_000, "one").unwrap().json());
    let id = payment["id"].as_str().unwrap();

    let told = installation.run(&["payments", "doubts", "--json"]).done().json();
    assert_eq!((&told["id"], &told["amount"]), (&payment["id"], &json!(5_000)));
    assert_eq!((&told["kind"], &told["state"]), (&json!("payment"), &json!("in_doubt")));
    assert_eq!(told["end_to_end_id"], payment["end_to_end_id"]);
    let table = installation.run(&["payments", "doubts"]).done().stdout;
    assert!(table.starts_with("ID ") && table.contains(id), "{table}");

    let at = told["changed_at"].as_str().unwrap();
    let settle_at = |at: &str, id: &str, end: &str, note: &str| {
        let at = ["--at", at];
        let what = ["payments", "settle", id, "--as", end, "--note", note];
        installation.run(&[&what[..], &at].concat())
    };
    let settle = |id: &str, end: &str, note: &str| settle_at(at, id, end, note);
    for at in ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] {
        let refused = settle_at(at, id, "completed", "caso 4711").failed(1).stderr;
        assert!(refused.contains(&format!("to that end at {at}: that is between")), "{refused}");
    }
    settle(id, "claimed", "caso 4711").failed(2);
    settle("pay_4711", "completed", "caso 4711").failed(2);
    settle(id, "completed", " ").failed(1);
    let other = format!("pay_{}", "0".repeat(32));
    settle(&other, "completed", "caso 4711").failed(1);
    // Nothing has happened at any moment.
    let refused = settle(id, "failed", "caso 4711").failed(2).stderr;
    assert!(refused.contains("leave `--at` out"), "{refused}");
    let said = settle(id, "completed", "caso 4711").done().stdout;
    assert_eq!(said, format!("{id} is `completed` from now on.\n"));
    let again = ["payments", "settle", id, "--as", "failed", "--note", "caso 4711"];
    let again = installation.run(&again).failed(1);
    assert!(again.stderr.contains("it is `completed`"), "{}", again.stderr);

    assert!(chile.lever("DELETE", &path, &Value::Null).status < 300);
    let ended = client.json(&format!("/v1/payments/{id}"));
    assert_eq!((&ended["state"], &ended["settled_at"]), (&json!("completed"), &json!(at)));
    let said = installation.run(&["payments", "doubts"]).done();
    assert_eq!((said.stdout.as_str(), said.stderr.trim()), ("", "Nothing is in doubt."));
    installation.run(&["audit", "verify"]).done();
}
