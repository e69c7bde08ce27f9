//! Payments that are cancelled.

use serde_json::{Value, json};

use super::payer::{Scene, answer_pending, ended, next};

/// Cancels a payment, and gives the status and what stands.
fn cancel(scene: &Scene, payment: &Value, headers: &[(&str, &str)]) -> (u16, Value) {
    let path = format!("/v1/payments/{}/cancel", payment["id"].as_str().unwrap());
    let answer = scene.client.send("POST", &path, headers, b"").unwrap();
    (answer.status, answer.json())
}

#[test]
fn what_waits_for_its_customer_is_withdrawn_at_the_bank() {
    let scene = Scene::new();
    for bank in ["banco-estado", "banco-chile"] {
        let payer = scene.payer("ok", bank);
        let begun = scene.begin(&payer, 5_000, bank);
        let asked = next(&scene.client, &begun);
        assert_eq!(asked["state"], "challenged");
        let key = [("Idempotency-Key", bank)];
        let (status, first) = cancel(&scene, &asked, &key);
        assert_eq!((status, &first["state"]), (202, &json!("withdrawing")));
        let again = cancel(&scene, &asked, &key);
        assert_eq!(again, (202, first.clone()), "the same answer under the key");
        let payment = ended(&scene.client, &first, |_| panic!("nobody is asked any more"));
        assert_eq!(payment["state"], "failed");
        assert_eq!(payment["failure"], json!({"code": "withdrawn", "class": "consent_revoked"}));
        // Twice is once.
        assert_eq!(cancel(&scene, &asked, &[]), (202, payment.clone()));
        assert!(!answer_pending(&scene.chile, &scene.client, &payer, &payment));
    }
    assert_eq!(scene.moved(), 0);
}

#[test]
fn what_has_ended_is_not_cancelled() {
    let scene = Scene::new();
    let begun = scene.begin(&scene.payer("ok", "banco-security"), 5_000, "order");
    let payment = ended(&scene.client, &begun, |_| {});
    assert_eq!(payment["state"], "completed");
    let (status, problem) = cancel(&scene, &payment, &[]);
    assert_eq!((status, &problem["code"]), (409, &json!("payment_not_cancellable")));
    let unknown = json!({"id": begun["id"].as_str().unwrap().replace('0', "1")});
    let (status, problem) = cancel(&scene, &unknown, &[]);
    assert_eq!((status, &problem["code"]), (404, &json!("not_found")));
    assert_eq!(scene.moved(), 1);
}
