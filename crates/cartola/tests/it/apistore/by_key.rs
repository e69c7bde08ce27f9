//! Payments and deposits by the key that they were asked for under.

use serde_json::json;

use super::paying::{Payer, request};
use super::told;
use crate::http::Answer;

const PAYMENTS: &str = "/apistore/api/pagos";
const DEPOSITS: &str = "/apistore/api/abono-en-linea";

impl Payer {
    fn take_back(&self, path: &str, key: &str) -> Answer {
        let path = format!("{path}/clave/{key}/anulacion");
        self.scene.client.send("POST", &path, &[], b"").unwrap()
    }
}

#[test]
fn what_was_begun_under_a_key_is_found_and_taken_back_by_it() {
    let payer = Payer::new("ok", "banco-chile", true);
    let body = request(&payer.account, 25_000, &payer.payee());
    // A key with signs that a URL has other uses for.
    let (key, written) = ("factura 47/11", "factura%2047%2F11");
    for path in [PAYMENTS, DEPOSITS] {
        let unknown = payer.scene.client.read(&format!("{path}/clave/{written}"));
        assert_eq!((unknown.status, &unknown.json()["error"]), (404, &json!("not_found")));
        let begun = payer.post(path, key, &body).json();
        payer.until(&begun, "challenged");
        let found = payer.scene.client.json(&format!("{path}/clave/{written}"));
        assert_eq!(
            (&found["id"], &found["status"]),
            (&begun["id"], &json!("AUTHORIZATION_REQUIRED"))
        );
        assert_eq!(payer.take_back(path, written).json()["id"], begun["id"]);
        payer.until(&begun, "failed");
        // However often, and whatever stands by then.
        let again = payer.take_back(path, written).json();
        assert_eq!((&again["status"], &again["reason"]), (&json!("FAILED"), &json!("withdrawn")));
    }
    // A key of the one list is none of the other.
    let other = payer.post(PAYMENTS, "only-a-payment", &body);
    assert_eq!(other.status, 201, "{}", other.text());
    let elsewhere = payer.scene.client.read(&format!("{DEPOSITS}/clave/only-a-payment"));
    assert_eq!(elsewhere.status, 404);
    assert_eq!(payer.moved(), 0);
}

#[test]
fn under_a_key_that_was_taken_back_nothing_is_begun() {
    let payer = Payer::new("ok", "banco-chile", true);
    let body = request(&payer.account, 25_000, &payer.payee());
    for path in [PAYMENTS, DEPOSITS] {
        for _ in 0..2 {
            let never = payer.take_back(path, "late");
            assert_eq!(told(&never), r#"200 {"status":"FAILED","reason":"withdrawn"}"#);
        }
        let late = payer.post(path, "late", &body);
        assert_eq!((late.status, &late.json()["error"]), (422, &json!("idempotency_key_reused")));
        let still = payer.scene.client.read(&format!("{path}/clave/late"));
        assert_eq!(still.status, 404);
    }
    assert_eq!(payer.scene.client.json(PAYMENTS), json!({"payments": []}));
}

#[test]
fn a_batch_is_taken_back_whole() {
    let payer = Payer::new("ok", "banco-chile", true);
    let line = |reference: &str| json!({"reference": reference, "amount": 5_000, "counterparty": payer.payee()});
    let body = json!({"account_id": payer.account, "deposits": [line("a"), line("b")]});
    let begun = payer.post(DEPOSITS, "two", &body).json();
    payer.until(&begun["deposits"][0], "challenged");
    assert_eq!(payer.take_back(DEPOSITS, "two").json()["count"], 2);
    payer.until(&begun["deposits"][0], "failed");
    payer.until(&begun["deposits"][1], "failed");
    let found = payer.scene.client.json(&format!("{DEPOSITS}/clave/two"));
    assert_eq!((&found["status"], &found["failed"]), (&json!("FAILED"), &json!(2)));
    assert_eq!(payer.moved(), 0);
}

#[test]
fn a_key_that_can_be_none_is_refused() {
    let payer = Payer::new("ok", "banco-chile", true);
    for key in ["%C3%B1".to_owned(), "x".repeat(256)] {
        let refused = payer.take_back(PAYMENTS, &key);
        assert_eq!((refused.status, &refused.json()["error"]), (400, &json!("invalid_request")));
    }
}
