//! What is refused, by the gateway or by the bank.

use serde_json::json;

use super::giver::{Giver, WORKER, post};

#[test]
fn what_the_bank_refuses_is_told_and_moves_nothing() {
    for (scenario, reason) in [
        ("insufficient-funds", "insufficient_funds"),
        ("approval-denied", "denied"),
        ("over-limit", "limit_exceeded"),
    ] {
        let giver = Giver::new(scenario);
        let begun = giver.put_aside("turno", 20_000, None);
        let ended = giver.until("withdrawals", &begun, "failed");
        assert_eq!(ended["failure"]["code"], json!(reason), "{ended}");
        assert_eq!(giver.cash(), 0);
        giver.balances();
    }
}

#[test]
fn what_nobody_approves_fails_in_time() {
    let giver = Giver::new("approval-silent");
    let begun = giver.put_aside("turno", 20_000, None);
    let asked = giver.until("withdrawals", &begun, "challenged");
    assert_eq!(giver.decide("approve", &asked), 400, "they never hear of it");
    giver.advance("PT6M");
    let ended = giver.until("withdrawals", &begun, "failed");
    assert_eq!(ended["failure"]["code"], "challenge_expired");
    giver.balances();
}

#[test]
fn what_the_customer_denies_fails() {
    let giver = Giver::new("ok");
    let begun = giver.put_aside("turno", 20_000, None);
    let asked = giver.until("withdrawals", &begun, "challenged");
    assert_eq!(giver.decide("deny", &asked), 200);
    let ended = giver.until("withdrawals", &begun, "failed");
    assert_eq!(ended["failure"], json!({"code": "denied", "class": "challenge_rejected"}));
}

#[test]
fn the_same_key_is_the_same_withdrawal() {
    let giver = Giver::new("ok");
    let first = giver.put_aside("turno", 20_000, None);
    let again = giver.put_aside("turno", 20_000, None);
    assert_eq!(first["id"], again["id"]);
    let other = giver.give("withdrawals", "turno", &json!({"rut": WORKER, "amount": 20_001}));
    assert_eq!((other.status, &other.json()["code"]), (422, &json!("idempotency_key_reused")));
    assert_eq!(giver.client.list("/v1/withdrawals").len(), 1);
    let asked = giver.until("withdrawals", &first, "challenged");
    giver.approve(&asked);
    giver.until("withdrawals", &first, "available");
    let check = giver.chile.client.json("/_sandbox/ledger/check");
    assert_eq!((&check["balanced"], &check["transfers"]), (&json!(true), &json!(1)));
}

#[test]
fn what_cannot_be_is_refused_before_the_bank_is_asked() {
    let giver = Giver::new("ok");
    let code = |more: &serde_json::Value| {
        let answer = giver.give("withdrawals", "one", more);
        (answer.status, answer.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    let invalid = (422, "instruction_invalid".to_owned());
    assert_eq!(code(&json!({"rut": "12.345.678-9", "amount": 20_000})), invalid);
    assert_eq!(code(&json!({"rut": WORKER, "amount": 999})), invalid);
    assert_eq!(code(&json!({"rut": WORKER, "amount": 20_000, "currency": "USD"})), invalid);
    let payer = json!({"institution": "banco-chile", "rut": giver.rut, "credentials": {}});
    assert_eq!(code(&json!({"rut": WORKER, "amount": 20_000, "payer": payer})), invalid);
    let foreign = json!({"rut": WORKER, "amount": 20_000, "callback_url": "ftp://example.cl"});
    assert_eq!(code(&foreign), invalid);
    let body = json!({"account_id": giver.account, "rut": WORKER, "amount": 20_000});
    let keyless = post(&giver.client, "/v1/withdrawals", None, &body);
    assert_eq!((keyless.status, &keyless.json()["code"]), (400, &json!("idempotency_key_missing")));
    let elsewhere = json!({"rut": WORKER, "amount": 20_000, "payer": {
        "institution": "banco-estado", "rut": giver.rut, "credentials": {"password": "x"}}});
    let elsewhere = post(&giver.client, "/v1/withdrawals", Some("two"), &elsewhere);
    assert_eq!(
        (elsewhere.status, &elsewhere.json()["code"]),
        (409, &json!("instruction_not_offered"))
    );
    assert_eq!(giver.client.list("/v1/withdrawals").len(), 0);
}

#[test]
fn an_account_without_a_link_that_pays_gives_nothing() {
    let giver = Giver::new("ok");
    let (_, place) = giver.chile.person("ok", "banco-chile");
    let wanted = json!({"institution": "banco-chile", "rut": giver.rut,
        "credentials": {"password": place["password"]}});
    assert_eq!(post(&giver.client, "/v1/links", None, &wanted).status, 201);
    let refused = giver.give("withdrawals", "one", &json!({"rut": WORKER, "amount": 20_000}));
    assert_eq!((refused.status, &refused.json()["code"]), (409, &json!("account_not_enabled")));
    // With credentials of its own it is another matter.
    let body = json!({"rut": WORKER, "amount": 20_000, "payer": {"institution": "banco-chile",
        "rut": giver.rut, "credentials": {"password": place["password"]}}});
    let begun = post(&giver.client, "/v1/withdrawals", Some("two"), &body);
    assert_eq!(begun.status, 201, "{}", begun.text());
    giver.approve(&giver.until("withdrawals", &begun.json(), "challenged"));
    giver.until("withdrawals", &begun.json(), "available");
}
