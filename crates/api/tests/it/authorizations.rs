//! Mi Pass under `/v1`: enrolled, asked, decided, used, and the log of it.

use axum::http::Method;
use cartola_crypto::ContentHash;
use serde_json::{Value, json};

use crate::world::{Answer, World, request, text};

const PIN: &str = "483920";

fn asks(amount: i64) -> String {
    json!({"rut": "12.345.678-5", "operation": {
        "kind": "transfer", "institution": "banco-chile", "to": {
            "institution": "banco-estado", "account": "12345678", "rut": "76192083-9",
            "name": "Ferretería Ñuñoa"},
        "amount": {"minor": amount, "currency": "CLP"}, "comment": "Pedido 4711"}})
    .to_string()
}

/// A phone of somebody's: its id, and what it keeps.
async fn phone(world: &World) -> (String, String) {
    let body = json!({"rut": "12.345.678-5", "evidence": "verificacion-4711"}).to_string();
    let begun = world.post("/v1/enrolments", &body).await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let begun = begun.json();
    assert_eq!(begun["enrolment"]["state"], "pending");
    let body = json!({"code": begun["code"], "pin": PIN, "name": "Pixel 9"}).to_string();
    let enrolled = world.post("/v1/enrolments/phone", &body).await;
    assert_eq!(enrolled.status, 201, "{}", enrolled.text());
    let enrolled = enrolled.json();
    let id = text(&enrolled, "/enrolment/id").to_owned();
    (id, text(&enrolled, "/device_secret").to_owned())
}

/// Somebody's phone, and what they are asked on it.
pub async fn asked(world: &World) -> (Value, String) {
    let (_, secret) = phone(world).await;
    let answer = world.post_keyed("/v1/authorizations", &asks(250_000), Some("one")).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    (answer.json(), secret)
}

async fn decide(world: &World, asked: &Value, secret: &str, pin: Option<&str>) -> Answer {
    let decision = if pin.is_some() { "approve" } else { "deny" };
    let mut body =
        json!({"decision": decision, "digest": asked["digest"], "device_secret": secret});
    if let Some(pin) = pin {
        body["pin"] = json!(pin);
    }
    let path = format!("/v1/authorizations/{}/decision", text(asked, "/id"));
    world.post(&path, &body.to_string()).await
}

#[tokio::test]
async fn an_operation_is_asked_approved_and_done_once() {
    let world = World::new().await;
    let (asked, secret) = asked(&world).await;
    let shown = text(&asked, "/text");
    assert!(
        shown.starts_with("Transferencia\nMonto: $250.000\nPara: Ferretería Ñuñoa\n"),
        "{shown}"
    );
    assert_eq!(text(&asked, "/digest"), ContentHash::of(shown.as_bytes()).hex());
    assert_eq!((text(&asked, "/state"), text(&asked, "/channel")), ("pending", "v1"));
    let wrong = decide(&world, &asked, &secret, Some("705116")).await;
    assert_eq!(wrong.refusal(), "403 pin_wrong");
    assert!(wrong.text().contains("Intentos que quedan: 2."), "{}", wrong.text());
    let decided = decide(&world, &asked, &secret, Some(PIN)).await.json();
    assert_eq!(decided["authorization"]["state"], "approved");
    assert!(decided["authorization"]["signature"].is_string());
    let again = decide(&world, &asked, &secret, Some(PIN)).await;
    assert_eq!(again.refusal(), "409 authorization_ended");
    let using = |amount: i64| {
        let mut body: Value = serde_json::from_str(&asks(amount)).unwrap();
        body["token"] = decided["token"].clone();
        body.to_string()
    };
    let other = world.post("/v1/authorizations/use", &using(250_001)).await;
    assert_eq!(other.refusal(), "409 approval_other");
    let used = world.post_keyed("/v1/authorizations/use", &using(250_000), Some("u")).await;
    assert_eq!(used.json()["state"], "used");
    let replayed = world.post_keyed("/v1/authorizations/use", &using(250_000), Some("u")).await;
    assert_eq!(replayed.header("idempotent-replayed"), "true");
    let again = world.post("/v1/authorizations/use", &using(250_000)).await;
    assert_eq!(again.refusal(), "409 approval_ended");
}

#[tokio::test]
async fn the_same_key_is_the_same_authorization() {
    let world = World::new().await;
    let (first, _) = asked(&world).await;
    let again = world.post_keyed("/v1/authorizations", &asks(250_000), Some("one")).await;
    assert_eq!(again.json()["id"], first["id"]);
    let other = world.post_keyed("/v1/authorizations", &asks(1), Some("one")).await;
    assert_eq!(other.refusal(), "422 idempotency_key_reused");
    let none = world.post("/v1/authorizations", &asks(1)).await;
    assert_eq!(none.refusal(), "400 idempotency_key_missing");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_reason() {
    let world = World::new().await;
    let none = world.post_keyed("/v1/authorizations", &asks(1), Some("a")).await;
    assert_eq!(none.refusal(), "409 phone_missing");
    let (asked, secret) = asked(&world).await;
    let cannot = world.post_keyed("/v1/authorizations", &asks(0), Some("b")).await;
    assert_eq!(cannot.refusal(), "422 operation_invalid");
    let stranger = format!("{}A", &secret[..secret.len() - 1]);
    let stranger =
        if stranger == secret { format!("{}Q", &secret[..secret.len() - 1]) } else { stranger };
    let refused = decide(&world, &asked, &stranger, Some(PIN)).await;
    assert_eq!(refused.refusal(), "403 phone_other");
    let mut of_other = asked.clone();
    of_other["digest"] = json!("0".repeat(64));
    let refused = decide(&world, &of_other, &secret, Some(PIN)).await;
    assert_eq!(refused.refusal(), "409 authorization_digest_other");
    let path = format!("/v1/authorizations/{}/decision", text(&asked, "/id"));
    for (body, expected) in [
        (json!({"decision": "maybe", "digest": asked["digest"]}), "422 json_invalid decision"),
        (json!({"decision": "approve", "digest": asked["digest"]}), "422 json_invalid pin"),
        (json!({"decision": "deny", "digest": "x"}), "422 json_invalid digest"),
        (json!({"decision": "deny", "digest": asked["digest"]}), "422 json_invalid signature"),
        (
            json!({"decision": "approve", "digest": asked["digest"], "pin": "12345"}),
            "422 pin_invalid",
        ),
    ] {
        let refused = world.post(&path, &body.to_string()).await.refusal();
        let (status, rest) = expected.split_once(' ').unwrap();
        assert!(
            refused.contains(rest.split(' ').next().unwrap()),
            "{refused} is not {status} {rest}"
        );
    }
    for body in [json!({"rut": "12.345.678-5"}), json!({"rut": "12.345.678-5", "evidence": ""})] {
        let refused = world.post("/v1/enrolments", &body.to_string()).await;
        assert!(refused.refusal().contains("json_invalid"), "{}", refused.text());
    }
    let body = json!({"rut": "12.345.678-5", "link_id": format!("lnk_{}", "0".repeat(32))});
    let refused = world.post("/v1/enrolments", &body.to_string()).await;
    assert_eq!(refused.refusal(), "409 identity_not_shown");
    let body = json!({"code": "nothing", "pin": PIN, "name": "Pixel 9"});
    let refused = world.post("/v1/enrolments/phone", &body.to_string()).await;
    assert_eq!(refused.refusal(), "404 not_found enrolment");
}

#[tokio::test]
async fn three_wrong_pins_block_the_phone_and_a_lost_one_is_blocked_from_afar() {
    let world = World::new().await;
    let (asked, secret) = asked(&world).await;
    for expected in ["403 pin_wrong", "403 pin_wrong", "403 phone_blocked", "403 phone_blocked"] {
        let refused = decide(&world, &asked, &secret, Some("705116")).await;
        assert_eq!(refused.refusal(), expected);
    }
    let (id, _) = phone(&world).await;
    let blocked = world.post(&format!("/v1/enrolments/{id}/block"), "").await.json();
    assert_eq!((text(&blocked, "/state"), text(&blocked, "/cause")), ("blocked", "lost"));
    let listed = world.read("/v1/enrolments?rut=12.345.678-5").await;
    let causes: Vec<_> = listed["data"].as_array().unwrap().iter().map(|it| &it["cause"]).collect();
    assert_eq!(causes, [&json!("lost"), &json!("wrong_pin")]);
}

#[tokio::test]
async fn the_log_is_filtered_and_paged() {
    let world = World::new().await;
    let (first, secret) = asked(&world).await;
    decide(&world, &first, &secret, None).await;
    for nth in 0..3 {
        let answer =
            world.post_keyed("/v1/authorizations", &asks(1_000), Some(&nth.to_string())).await;
        assert_eq!(answer.status, 201);
    }
    let ids = async |query: &str| {
        let page = world.read(&format!("/v1/authorizations{query}")).await;
        page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| text(it, "/id").to_owned())
            .collect::<Vec<_>>()
    };
    let all = ids("").await;
    assert_eq!((all.len(), all.last().map(String::as_str)), (4, Some(text(&first, "/id"))));
    assert_eq!(ids("?state=denied").await, [text(&first, "/id")]);
    assert_eq!(ids("?state=pending&kind=transfer&rut=12.345.678-5").await, all[..3]);
    assert!(ids("?kind=document").await.is_empty());
    assert!(ids("?rut=11.111.111-1").await.is_empty());
    assert_eq!(ids("?from=2020-01-01T00:00:00Z").await, all);
    assert!(ids("?to=2020-01-01T00:00:00Z").await.is_empty());
    let page = world.read("/v1/authorizations?limit=3").await;
    let cursor = text(&page, "/next_cursor");
    assert_eq!(ids(&format!("?limit=3&cursor={cursor}")).await, all[3..]);
    let other = world.get(&format!("/v1/authorizations?state=denied&cursor={cursor}")).await;
    assert_eq!(other.refusal(), "400 cursor_invalid");
    let wrong = world.get("/v1/authorizations?state=Pending").await;
    assert_eq!(wrong.refusal(), "400 parameter_invalid state");
}

#[tokio::test]
async fn whether_somebody_must_be_asked_is_told() {
    let world = World::new().await;
    let need = world.post("/v1/authorizations/check", &asks(1_000)).await.json();
    assert_eq!(need, json!({"required": true, "reasons": ["first_time", "amount"]}));
}

#[tokio::test]
async fn what_is_wanted_no_more_is_cancelled() {
    let world = World::new().await;
    let (asked, secret) = asked(&world).await;
    let path = format!("/v1/authorizations/{}/cancel", text(&asked, "/id"));
    for _ in 0..2 {
        let cancelled = world.post(&path, "").await.json();
        assert_eq!(
            (text(&cancelled, "/state"), text(&cancelled, "/cause")),
            ("cancelled", "withdrawn")
        );
        assert_eq!(text(&cancelled, "/failure"), "consent_revoked");
    }
    let refused = decide(&world, &asked, &secret, Some(PIN)).await;
    assert_eq!(refused.refusal(), "409 authorization_ended");
    let read = format!("/v1/authorizations/{}", text(&asked, "/id"));
    assert_eq!(text(&world.read(&read).await, "/state"), "cancelled");
}

/// The PIN, and what a phone keeps, are nowhere in what is stored, read or audited.
#[tokio::test]
async fn no_pin_and_no_secret_comes_back() {
    let world = World::new().await;
    let (asked, secret) = asked(&world).await;
    decide(&world, &asked, &secret, Some(PIN)).await;
    for path in ["/v1/authorizations", "/v1/enrolments", "/v1/audit?limit=500"] {
        let answer = world.send(
            request(Method::GET, path, &world.bearer()).body(axum::body::Body::empty()).unwrap(),
        );
        let told = answer.await.text().to_owned();
        assert!(!told.contains(PIN) && !told.contains(&secret[40..]), "{path}");
    }
}
