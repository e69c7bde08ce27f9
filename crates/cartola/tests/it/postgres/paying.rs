//! Payments that one process takes and another makes.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::{Value, json};

use crate::chile::Chile;
use crate::payments::{Payer, answer_pending, ended};
use crate::postgres::Cluster;
use crate::shop;

/// Nothing, an SMS, the app; an SMS, then the card.
const BANKS: [&str; 4] = ["banco-security", "banco-estado", "banco-chile", "banco-bice"];

#[test]
fn what_a_server_takes_a_worker_pays_once() {
    let folder = tempfile::tempdir().unwrap();
    let chile = Chile::start(folder.path());
    let port = chile.url.rsplit(':').next().unwrap().parse().unwrap();
    let paid = shop::paid(&shop::merchant().account);
    let cluster =
        Cluster::new(&format!("[jobs]\nserve = false\n{}{paid}", shop::banks(&BANKS, port)));
    let keys = cluster.installation.tenant("acme");
    let gateway = cluster.installation.serve();
    let worker = cluster.work();
    let client = gateway.client(keys["api_key"].as_str().unwrap());
    let mut told = String::new();
    for bank in BANKS {
        let (rut, place) = chile.person("ok", bank);
        let password = place["password"].as_str().unwrap().to_owned();
        let payer = Payer { institution: bank.to_owned(), rut, password };
        let ask = || payer.begin(&client, 5_000, bank).unwrap().json();
        let begun = ask();
        let mut asked = Vec::new();
        let payment = ended(&client, &begun, |payment: &Value| {
            asked.push(payment["challenge"]["kind"].as_str().unwrap().to_owned());
            assert!(answer_pending(&chile, &client, &payer, payment), "{payment}");
        });
        assert_eq!(ask(), payment, "the same again is the same payment");
        writeln!(told, "{bank}: {} {}", asked.join(" "), payment["state"]).unwrap();
    }
    expect![[r#"
        banco-security:  "completed"
        banco-estado: sms "completed"
        banco-chile: app "completed"
        banco-bice: sms card "completed"
    "#]]
    .assert_eq(&told);
    let check = chile.client.json("/_sandbox/ledger/check");
    assert_eq!((&check["balanced"], &check["transfers"]), (&json!(true), &json!(BANKS.len())));
    let left = "SELECT count(*) FROM cartola.payment WHERE credentials_sealed IS NOT NULL \
        OR page IS NOT NULL OR next_id IS NOT NULL";
    assert_eq!(cluster.count(left), 0, "something is left of a payment that has ended");
    for process in [gateway.process, worker] {
        let (code, said) = process.terminate();
        assert_eq!(code, 0, "{said}");
    }
    cluster.installation.run(&["audit", "verify"]).done();
    cluster.installation.run(&["doctor"]).done();
}
