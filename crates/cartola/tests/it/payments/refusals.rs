//! Payments that come to nothing, and calls that are refused.

use expect_test::expect;
use serde_json::{Value, json};

use super::payer::{Payer, Scene, answer, answer_pending, ended, next};

fn outcome(payment: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let failure = &payment["failure"];
    format!("{} {} {}", text(&payment["state"]), text(&failure["code"]), text(&failure["class"]))
}

#[test]
fn what_a_bank_refuses_is_told() {
    let scene = Scene::new();
    let ended_of = |scenario: &str, bank: &str| {
        let begun = scene.begin(&scene.payer(scenario, bank), 5_000, scenario);
        outcome(&ended(&scene.client, &begun, |_| {}))
    };
    let mut told = Vec::new();
    for scenario in
        ["approval-denied", "insufficient-funds", "over-limit", "wrong-password", "locked"]
    {
        told.push(format!("{scenario}: {}", ended_of(scenario, "banco-chile")));
    }
    expect![[r#"
        approval-denied: failed denied challenge_rejected
        insufficient-funds: failed insufficient_funds insufficient_funds
        over-limit: failed limit_exceeded limit_exceeded
        wrong-password: failed credentials_invalid credentials_invalid
        locked: failed credentials_locked credentials_locked"#]]
    .assert_eq(&told.join("\n"));
    assert_eq!(scene.moved(), 0);
}

#[test]
fn nobody_who_is_locked_is_asked_for() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-estado");
    let wrong = |nth: u32| Payer { password: format!("wrong-{nth}"), ..payer.clone() };
    let locked = "failed credentials_locked credentials_locked";
    let wrong_one = "failed credentials_invalid credentials_invalid";
    // With the third one the bank locks them out, and says so.
    for (nth, told) in (0..).zip([wrong_one, wrong_one, locked]) {
        let begun = scene.begin(&wrong(nth), 5_000, &format!("wrong-{nth}"));
        let end = outcome(&ended(&scene.client, &begun, |_| {}));
        assert_eq!(end, told);
    }
    let begun = scene.begin(&payer, 5_000, "right");
    assert_eq!(outcome(&ended(&scene.client, &begun, |_| {})), locked);
}

#[test]
fn a_challenge_that_nobody_answers_expires() {
    let scene = Scene::new();
    let silent = scene.begin(&scene.payer("approval-silent", "banco-chile"), 5_000, "silent");
    let unanswered = scene.begin(&scene.payer("ok", "banco-estado"), 5_000, "unanswered");
    let asked = next(&scene.client, &unanswered);
    assert_eq!(
        (&asked["state"], &asked["challenge"]["kind"]),
        (&json!("challenged"), &json!("sms"))
    );
    assert_eq!(next(&scene.client, &silent)["state"], "challenged");
    scene.advance("PT5M1S");
    for begun in [&silent, &unanswered] {
        let end = outcome(&ended(&scene.client, begun, |_| {}));
        assert_eq!(end, "failed challenge_expired challenge_expired");
    }
    assert_eq!(answer(&scene.client, &asked, &json!("123456"), &Value::Null).status, 409);
    assert_eq!(scene.moved(), 0);
}

#[test]
fn wrong_codes_are_asked_for_again_each_on_a_new_page() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-estado");
    let begun = scene.begin(&payer, 5_000, "order");
    let mut pages = Vec::new();
    let payment = ended(&scene.client, &begun, |payment| {
        let page = payment["challenge"]["page"].clone();
        assert!(!pages.contains(&page) && payment["challenge"]["step"] == 1);
        pages.push(page);
        let unsuitable = answer(&scene.client, payment, &Value::Null, &json!(["11"]));
        assert_eq!(unsuitable.json()["code"], "payment_answer_invalid");
        let wrong = answer(&scene.client, payment, &json!("000000"), &Value::Null);
        assert_eq!(wrong.json()["state"], "answered");
        let again = answer(&scene.client, payment, &json!("000000"), &Value::Null);
        assert_eq!(again.json()["code"], "payment_page_ended");
    });
    assert_eq!(outcome(&payment), "failed challenge_rejected challenge_rejected");
    assert_eq!((pages.len(), scene.moved()), (3, 0));
}

#[test]
fn a_case_is_one_payment() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-estado");
    let first = scene.begin(&payer, 5_000, "order");
    let again = scene.begin(&payer, 5_000, "order");
    assert_eq!(first["id"], again["id"]);
    let other = payer.begin(&scene.client, 5_001, "order").unwrap();
    assert_eq!((other.status, &other.json()["code"]), (422, &json!("idempotency_key_reused")));
    let asked = next(&scene.client, &first);
    let sms = {
        let phone = scene.chile.client.json(&format!("/_sandbox/phones/{}", payer.rut));
        phone["pending"][0]["sms"].clone()
    };
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let send = || answer(&scene.client, &asked, &sms, &Value::Null).status;
        let both: Vec<_> = (0..2).map(|_| scope.spawn(send)).collect();
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    let end = ended(&scene.client, &asked, |_| {});
    assert_eq!(end["state"], "completed");
    assert_eq!(scene.begin(&payer, 5_000, "order")["state"], "completed");
    assert_eq!(scene.moved(), 1);
    assert!(!answer_pending(&scene.chile, &scene.client, &payer, &end));
}

#[test]
fn what_can_be_no_code_costs_no_attempt() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-estado");
    let asked = next(&scene.client, &scene.begin(&payer, 5_000, "order"));
    for none in ["", "no sé", " - "] {
        let refused = answer(&scene.client, &asked, &json!(none), &Value::Null);
        let code = &refused.json()["code"];
        assert_eq!((refused.status, code), (422, &json!("payment_answer_invalid")));
    }
    let path = format!("/v1/payments/{}", asked["id"].as_str().unwrap());
    assert_eq!(scene.client.json(&path), asked);
    let phone = scene.chile.client.json(&format!("/_sandbox/phones/{}", payer.rut));
    let (first, rest) = phone["pending"][0]["sms"].as_str().unwrap().split_at(3);
    let shown = json!(format!(" {first}-{rest} "));
    assert_eq!(answer(&scene.client, &asked, &shown, &Value::Null).status, 200);
    assert_eq!(ended(&scene.client, &asked, |_| {})["state"], "completed");
}

#[test]
fn what_cannot_be_paid_is_refused() {
    let scene = Scene::new();
    let payer = scene.payer("ok", "banco-estado");
    for (amount, wrong) in [(999, "1000 pesos"), (100_000_001, "100000000 pesos")] {
        let refused = payer.begin(&scene.client, amount, "order").unwrap();
        assert_eq!((refused.status, &refused.json()["code"]), (422, &json!("payment_invalid")));
        assert!(refused.text().contains(wrong), "{}", refused.text());
    }
    let nowhere = Payer { institution: "afc".to_owned(), ..payer.clone() };
    assert_eq!(nowhere.begin(&scene.client, 5_000, "other").unwrap().status, 422);
    let unknown = Payer { institution: "banco-estdo".to_owned(), ..payer.clone() };
    let refused = unknown.begin(&scene.client, 5_000, "other").unwrap();
    let told = refused.json();
    assert_eq!((refused.status, &told["code"]), (404, &json!("not_found")));
    assert_eq!(told["resource"], "institution");
    let nobody = Payer { rut: "11.111.111-2".to_owned(), ..payer.clone() };
    let refused = nobody.begin(&scene.client, 5_000, "other").unwrap().json();
    assert_eq!(
        (&refused["code"], &refused["parameter"]),
        (&json!("payment_invalid"), &json!("rut"))
    );
    assert!(refused["detail_es"].as_str().unwrap().contains("debería ser 1"), "{refused}");
    let body = json!({"institution": "banco-estado", "rut": payer.rut, "amount": 5_000,
        "credentials": {"password": payer.password}});
    let headers = [("Content-Type", "application/json")];
    let keyless = scene.client.send("POST", "/v1/payments", &headers, body.to_string().as_bytes());
    assert_eq!(keyless.unwrap().json()["code"], "idempotency_key_missing");
    for key in ["", &"k".repeat(256)] {
        let refused = payer.begin(&scene.client, 5_000, key).unwrap();
        let code = refused.json()["code"].clone();
        assert_eq!((refused.status, code), (400, json!("idempotency_key_invalid")), "{key}");
    }
    assert_eq!(scene.client.list("/v1/payments").len(), 0);
}
