//! Every way in which banks of Chile have a customer prove that they want to pay.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::Value;

use super::payer::{Scene, answer_pending, ended};

const BANKS: [&str; 10] = [
    "banco-chile",
    "banco-estado",
    "banco-scotiabank",
    "banco-bci",
    "banco-bice",
    "banco-santander",
    "banco-itau",
    "banco-security",
    "banco-falabella",
    "banco-ripley",
];

#[test]
fn a_payment_is_made_at_every_bank() {
    let scene = Scene::new();
    let begin = |(nth, bank): (i64, &&str)| {
        let payer = scene.payer("ok", bank);
        let begun = scene.begin(&payer, 2_000 + nth, &format!("order-{bank}"));
        (payer, begun)
    };
    let payments: Vec<_> = (0..).zip(&BANKS).map(begin).collect();
    let mut told = String::new();
    for (payer, begun) in &payments {
        let mut kinds = Vec::new();
        let payment = ended(&scene.client, begun, |payment: &Value| {
            let challenge = &payment["challenge"];
            kinds.push(format!("{} {}", challenge["step"], challenge["kind"].as_str().unwrap()));
            assert!(answer_pending(&scene.chile, &scene.client, payer, payment), "{payment}");
        });
        assert!(payment["bank_reference"].is_string() && payment["settled_at"].is_string());
        let state = payment["state"].as_str().unwrap();
        writeln!(told, "{}: {} {state}", payer.institution, kinds.join(", ")).unwrap();
    }
    expect![[r#"
        banco-chile: 1 app completed
        banco-estado: 1 sms completed
        banco-scotiabank: 1 app completed
        banco-bci: 1 device completed
        banco-bice: 1 sms, 2 card completed
        banco-santander: 1 card completed
        banco-itau: 1 sms_and_card completed
        banco-security:  completed
        banco-falabella: 1 sms completed
        banco-ripley: 1 sms completed
    "#]]
    .assert_eq(&told);
    assert_eq!(scene.moved(), BANKS.len() as u64);
    assert_eq!(scene.client.list("/v1/payments?limit=3").len(), BANKS.len());
    assert_eq!(scene.client.list("/v1/payments?state=completed&limit=3").len(), BANKS.len());
    assert_eq!(scene.client.list("/v1/payments?state=failed").len(), 0);
}
