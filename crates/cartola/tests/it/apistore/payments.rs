//! *Pagos*: money that leaves a tenant's own account, once.

use expect_test::expect;
use serde_json::{Value, json};

use super::notifications::{SUBSCRIPTIONS, genuine};
use super::paying::{Payer, request};
use super::told;
use crate::receiver::Receiver;

const PAYMENTS: &str = "/apistore/api/pagos";

#[test]
fn a_payment_moves_money_once_when_it_is_approved_and_its_end_is_told() {
    let payer = Payer::new("ok", "banco-chile", true);
    let receiver = Receiver::start();
    let begun = payer.scene.subscribe(&receiver.url(), &[]);
    let secret = begun.json()["secret"].as_str().unwrap().to_owned();
    let before = payer.received();
    let body = request(&payer.account, 25_000, &payer.payee());
    let begun = payer.post(PAYMENTS, "factura-4711", &body);
    assert_eq!(begun.status, 201, "{}", begun.text());
    let first = begun.json();
    let id = first["id"].as_str().unwrap().to_owned();
    let mut keys: Vec<_> = first.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    assert_eq!(
        keys.join(" "),
        "account_id amount counterparty currency date description id payment_id reference status"
    );
    assert_eq!((&first["status"], &first["amount"]), (&json!("PENDING"), &json!(25_000)));
    assert_eq!(first["account_id"], json!(payer.account));
    let asked = payer.until(&first, "challenged");
    let shown = payer.scene.client.json(&format!("{PAYMENTS}/{id}"));
    assert_eq!(shown["status"], "AUTHORIZATION_REQUIRED");
    assert_eq!(shown["authorization"]["type"], "app");
    payer.approve(&asked);
    payer.until(&first, "completed");
    let call = receiver.call();
    let event = genuine(&call, &[&secret]);
    call.answer(204);
    let shown = payer.scene.client.json(&format!("{PAYMENTS}/{id}"));
    assert_eq!(shown["status"], "COMPLETED");
    assert_eq!(
        event,
        json!({"event": "transfer.completed", "account_id": payer.account, "amount": 25_000,
            "currency": "CLP", "date": shown["completed_at"], "id": id,
            "counterparty": payer.payee()["name"], "payment_id": first["payment_id"],
            "reference": "4711"})
    );
    assert_eq!((payer.received() - before, payer.moved()), (25_000, 1));
    // The same request again is answered as it was, and another under its key is none.
    let again = payer.post(PAYMENTS, "factura-4711", &body);
    assert_eq!((again.status, again.text()), (201, begun.text()));
    assert!(again.head.to_lowercase().contains("idempotent-replayed: true"), "{}", again.head);
    let other = request(&payer.account, 25_001, &payer.payee());
    let other = payer.post(PAYMENTS, "factura-4711", &other);
    assert_eq!((other.status, &other.json()["error"]), (422, &json!("idempotency_key_reused")));
    // A day later the answer is forgotten, and the payment is not.
    payer.scene.advance("PT25H");
    let payer = payer.with_a_new_token();
    let later = payer.post(PAYMENTS, "factura-4711", &body);
    assert_eq!((later.status, later.json()), (201, shown.clone()));
    let listed = payer.scene.client.json(PAYMENTS);
    assert_eq!(listed, json!({"payments": [shown]}));
    assert_eq!((payer.received() - before, payer.moved()), (25_000, 1));
    receiver.was_left_alone();
    let ended = payer.scene.client.json(SUBSCRIPTIONS);
    assert_eq!(ended["subscriptions"].as_array().unwrap().len(), 1);
}

#[test]
fn payments_are_listed_page_by_page() {
    let payer = Payer::new("ok", "banco-security", true);
    let ids: Vec<Value> = (0..5)
        .map(|nth| {
            let body = request(&payer.account, 5_000 + nth, &payer.payee());
            payer.post(PAYMENTS, &format!("key-{nth}"), &body).json()["id"].clone()
        })
        .collect();
    let mut paged = Vec::new();
    let mut path = format!("{PAYMENTS}?limit=2");
    loop {
        let page = payer.scene.client.json(&path);
        let rows = page["payments"].as_array().unwrap();
        assert!(rows.len() <= 2);
        paged.extend(rows.iter().map(|row| row["id"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{PAYMENTS}?limit=2&cursor={cursor}");
    }
    assert_eq!(paged, ids);
    let elsewhere = path.replace("pagos", "abono-en-linea");
    assert_eq!(payer.scene.client.read(&elsewhere).status, 400);
    let deposit = format!("/apistore/api/abono-en-linea/{}", ids[0].as_str().unwrap());
    assert_eq!(payer.scene.client.read(&deposit).status, 404);
}

#[test]
fn what_the_bank_refuses_is_told_and_moves_nothing() {
    for (scenario, reason) in
        [("insufficient-funds", "insufficient_funds"), ("approval-denied", "denied")]
    {
        let payer = Payer::new(scenario, "banco-chile", true);
        let receiver = Receiver::start();
        payer.scene.subscribe(&receiver.url(), &[]);
        let body = request(&payer.account, 5_000, &payer.payee());
        let begun = payer.post(PAYMENTS, "one", &body).json();
        payer.until(&begun, "failed");
        let path = format!("{PAYMENTS}/{}", begun["id"].as_str().unwrap());
        let shown = payer.scene.client.json(&path);
        assert_eq!((&shown["status"], &shown["reason"]), (&json!("FAILED"), &json!(reason)));
        let call = receiver.call();
        let event: Value = serde_json::from_str(&call.body).unwrap();
        call.answer(204);
        assert_eq!(
            (&event["event"], &event["reason"]),
            (&json!("transfer.failed"), &json!(reason))
        );
        assert_eq!(payer.moved(), 0);
    }
}

#[test]
fn an_account_whose_link_is_for_reading_pays_nothing() {
    let payer = Payer::new("ok", "banco-chile", false);
    let body = request(&payer.account, 5_000, &payer.payee());
    let refused = payer.post(PAYMENTS, "one", &body);
    expect![[r#"409 {"error":"account_not_enabled","error_description":"This account may be read, and not paid from: no link of its holder was begun for payments. Begin it again with `cartola links add … --payments`, or with `payments` in `POST /v1/links`, and read it anew (`cartola sync`)."}"#]]
        .assert_eq(&told(&refused));
    let nowhere = payer.link("sii", true);
    assert_eq!((nowhere.status, &nowhere.json()["code"]), (422, &json!("json_invalid")));
    assert!(nowhere.text().contains("only a bank"), "{}", nowhere.text());
    // The same once it may, under the same key: nothing was begun.
    let payer = payer.begun_again(true);
    assert_eq!(payer.post(PAYMENTS, "one", &body).status, 201);
}

#[test]
fn an_approval_that_is_none_pays_nothing() {
    let payer = Payer::new("ok", "banco-chile", true);
    let body = request(&payer.account, 5_000, &payer.payee()).to_string();
    let headers = [
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "one"),
        ("X-MiPass-Token", "mp_4711"),
    ];
    let refused = payer.scene.client.send("POST", PAYMENTS, &headers, body.as_bytes()).unwrap();
    expect![[r#"409 {"error":"authorization_invalid","error_description":"`X-MiPass-Token` is the token of no approval that the account's holder gave. Nothing was paid."}"#]]
        .assert_eq(&told(&refused));
    assert_eq!(payer.moved(), 0);
}

/// Payments of which each is wrong in one way.
fn wrong_bodies(sound: &Value) -> Vec<String> {
    let with = |change: &dyn Fn(&mut Value)| {
        let mut body = sound.clone();
        change(&mut body);
        body.to_string()
    };
    let without = |name: &str| {
        with(&|body| {
            body.as_object_mut().unwrap().remove(name);
        })
    };
    vec![
        "{".to_owned(),
        "[]".to_owned(),
        without("account_id"),
        without("amount"),
        without("counterparty"),
        with(&|body| body["more"] = json!(1)),
        with(&|body| body["amount"] = json!("5000")),
        with(&|body| body["amount"] = json!(5_000.5)),
        with(&|body| body["amount"] = json!(5_000.0)),
        with(&|body| body["amount"] = json!(999)),
        with(&|body| body["amount"] = json!(100_000_001)),
        with(&|body| body["amount"] = json!(-5_000)),
        with(&|body| body["currency"] = json!("USD")),
        with(&|body| body["description"] = json!("x".repeat(121))),
        with(&|body| body["reference"] = json!("x".repeat(65))),
        with(&|body| body["counterparty"]["rut"] = json!("11.111.111-2")),
        with(&|body| body["counterparty"]["bank"] = json!("999")),
        with(&|body| body["counterparty"]["account_id"] = json!("****1234")),
        with(&|body| body["counterparty"]["name"] = json!(" ")),
        with(&|body| body["account_id"] = json!("no account")),
        with(&|body| body["account_id"] = json!("12345678")),
    ]
}

#[test]
fn what_is_wrong_with_a_payment_is_told() {
    let payer = Payer::new("ok", "banco-security", true);
    let sound = request(&payer.account, 5_000, &payer.payee());
    let bodies = wrong_bodies(&sound);
    let mut said: Vec<_> =
        bodies.iter().map(|body| told(&payer.post_text(PAYMENTS, "one", body))).collect();
    said.push(told(&payer.post_text(PAYMENTS, "", &sound.to_string())));
    let (json, key) = (("Content-Type", "text/plain"), ("Idempotency-Key", "one"));
    let client = &payer.scene.client;
    let untyped = client.send("POST", PAYMENTS, &[json, key], sound.to_string().as_bytes());
    said.push(told(&untyped.unwrap()));
    said.push(told(&client.read(&format!("{PAYMENTS}/out_1"))));
    said.push(told(&client.read(&format!("{PAYMENTS}/out_{}", "0".repeat(32)))));
    said.push(told(&client.read(&format!("{PAYMENTS}?limit=101"))));
    expect![[r#"
        400 {"error":"invalid_request","error_description":"The body, at line 1, column 1: it ends too early."}
        422 {"error":"invalid_request","error_description":"The body is not an object."}
        422 {"error":"invalid_request","error_description":"The body, at line 1, column 205: the field `account_id` is missing."}
        422 {"error":"invalid_request","error_description":"The body, at line 1, column 243: the field `amount` is missing."}
        422 {"error":"invalid_request","error_description":"The body, at line 1, column 132: the field `counterparty` is missing."}
        422 {"error":"invalid_request","error_description":"The body, at line 1, column 244: a field is unknown; known are `account_id`, `amount`, `currency`, `counterparty`, `description`, `reference`."}
        422 {"error":"invalid_request","error_description":"The body, at line 1, column 68, in `amount`: expected a number."}
        422 {"error":"invalid_request","error_description":"`amount`: expected whole pesos."}
        422 {"error":"invalid_request","error_description":"`amount`: expected whole pesos."}
        422 {"error":"invalid_request","error_description":"`amount`: the least amount is 1000 pesos."}
        422 {"error":"invalid_request","error_description":"`amount`: the greatest amount is 100000000 pesos."}
        422 {"error":"invalid_request","error_description":"`amount`: the least amount is 1000 pesos."}
        422 {"error":"invalid_request","error_description":"`currency`: banks transfer CLP alone."}
        422 {"error":"invalid_request","error_description":"`description`: expected 1 to 120 characters, none of them a control character."}
        422 {"error":"invalid_request","error_description":"`reference`: expected 1 to 64 characters, none of them a control character."}
        422 {"error":"invalid_request","error_description":"`counterparty.rut`: the verifier of the RUT is wrong, it should be 1."}
        422 {"error":"invalid_request","error_description":"`counterparty.bank`: expected the code of a bank, as `037`, or the id of one."}
        422 {"error":"invalid_request","error_description":"`counterparty.account_id`: expected the whole number of an account."}
        422 {"error":"invalid_request","error_description":"`counterparty.name`: expected 1 to 100 characters, none of them a control character."}
        422 {"error":"invalid_request","error_description":"`account_id`: expected the number of an account, or its id, which begins with acc_."}
        404 {"error":"not_found","error_description":"There is no such account, or no consent of this tenant allows it to be shown."}
        400 {"error":"invalid_request","error_description":"A payment is only begun under an `Idempotency-Key`, so that asking twice pays once."}
        415 {"error":"invalid_request","error_description":"The Content-Type header is missing or names a type that this request does not take."}
        400 {"error":"invalid_request","error_description":"`id`: expected out_ and 32 lower-case hexadecimal digits."}
        404 {"error":"not_found","error_description":"There is no such payment."}
        400 {"error":"invalid_request","error_description":"`limit`: expected a whole number from 1 to 100."}"#]].assert_eq(&said.join("\n"));
    assert_eq!(client.json(PAYMENTS), json!({"payments": []}));
    payer.scene.advance("PT61M");
    let late = payer.post(PAYMENTS, "one", &sound);
    assert_eq!((late.status, &late.json()["error"]), (401, &json!("invalid_token")));
    assert_eq!(payer.moved(), 0);
}
