//! Mi Pass under `/v1`: enrolled, asked, decided, used, and the log of it.

use axum::http::Method;
use cartola_crypto::ContentHash;
use cartola_engine::authorizations::{OperationKind, PinCost, Rules};
use cartola_engine::tenants::NewKeys;
use cartola_model::{AccountNumber, InstitutionId, Scope, TransferPayee};
use cartola_primitives::Rut;
use serde_json::{Value, json};

use crate::world::{Answer, World, bearer, request, text};

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
    let digest = &asked["digest"];
    for (body, expected) in [
        (json!({"decision": "maybe", "digest": digest}), "422 json_invalid decision"),
        (json!({"decision": "approve", "digest": digest}), "422 json_invalid pin"),
        (json!({"decision": "deny", "digest": digest, "pin": PIN}), "422 json_invalid pin"),
        (json!({"decision": "deny", "digest": "x"}), "422 json_invalid digest"),
        (json!({"decision": "deny", "digest": digest}), "422 json_invalid signature"),
        (
            json!({"decision": "deny", "digest": digest, "device_secret": "a", "signature": "YQ"}),
            "422 json_invalid signature",
        ),
        (
            json!({"decision": "deny", "digest": digest, "signature": "!"}),
            "422 json_invalid signature",
        ),
        (json!({"decision": "approve", "digest": digest, "pin": "12345"}), "422 pin_invalid"),
    ] {
        assert_eq!(world.post(&path, &body.to_string()).await.refusal(), expected, "{body}");
    }
}

#[tokio::test]
async fn what_shows_nobody_enrols_no_phone() {
    let world = World::new().await;
    for body in [json!({"rut": "12.345.678-5"}), json!({"rut": "12.345.678-5", "evidence": ""})] {
        let refused = world.post("/v1/enrolments", &body.to_string()).await;
        assert_eq!(refused.refusal(), "422 json_invalid evidence");
    }
    let fields = json!({"password": "clave-secreta"});
    for (more, expected) in [
        (json!({"institution": "banco-chile"}), "422 json_invalid evidence"),
        (json!({"credentials": fields}), "422 json_invalid evidence"),
        (
            json!({"institution": "banco-chile", "credentials": fields, "evidence": "x"}),
            "422 json_invalid evidence",
        ),
        (json!({"institution": "banco-lunar", "credentials": fields}), "404 not_found institution"),
        (
            json!({"institution": "banco-estado", "credentials": fields}),
            "503 institution_not_configured",
        ),
        (
            json!({"institution": "banco-chile", "credentials": {"password": "x"}}),
            "422 credentials_malformed credentials",
        ),
        (
            json!({
                "institution": "banco-chile",
                "credentials": {"rut": "11.111.111-1", "password": "clave-secreta"},
            }),
            "422 credentials_of_another",
        ),
    ] {
        let mut body = json!({"rut": "12.345.678-5"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let refused = world.post("/v1/enrolments", &body.to_string()).await;
        assert_eq!(refused.refusal(), expected, "{more}");
    }
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
    let expected =
        json!({"required": true, "enforced": false, "reasons": ["first_time", "amount"]});
    assert_eq!(need, expected);
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

/// The PIN, what a phone keeps and what an approval is used by are nowhere in what is read or audited,
/// and what is told once is not told again.
#[tokio::test]
async fn what_is_told_once_does_not_come_back() {
    let world = World::new().await;
    let body = json!({"rut": "12.345.678-5", "evidence": "verificacion-4711"}).to_string();
    let begun = world.post("/v1/enrolments", &body).await.json();
    let body = json!({"code": begun["code"], "pin": PIN, "name": "Pixel 9"}).to_string();
    let told = world.post_keyed("/v1/enrolments/phone", &body, Some("phone")).await.json();
    let secret = text(&told, "/device_secret").to_owned();
    // Sent again, with the PIN or another, it is the phone that it was, without its secret.
    let other = json!({"code": begun["code"], "pin": "705116", "name": "Pixel 9"}).to_string();
    for body in [&body, &other] {
        let replayed = world.post_keyed("/v1/enrolments/phone", body, Some("phone")).await;
        assert_eq!(replayed.header("idempotent-replayed"), "true");
        assert_eq!(replayed.json()["enrolment"], told["enrolment"]);
        assert!(replayed.json().get("device_secret").is_none());
    }
    let asked = world.post_keyed("/v1/authorizations", &asks(250_000), Some("one")).await.json();
    let path = format!("/v1/authorizations/{}/decision", text(&asked, "/id"));
    let decision = |pin: &str| {
        json!({"decision": "approve", "digest": asked["digest"], "device_secret": secret, "pin": pin})
            .to_string()
    };
    let decided = world.post_keyed(&path, &decision(PIN), Some("decided")).await.json();
    let token = text(&decided, "/token").to_owned();
    for pin in [PIN, "705116"] {
        let replayed = world.post_keyed(&path, &decision(pin), Some("decided")).await;
        assert_eq!(replayed.header("idempotent-replayed"), "true");
        assert_eq!(text(&replayed.json(), "/authorization/state"), "approved");
        assert!(replayed.json().get("token").is_none(), "{}", replayed.text());
    }
    for (path, holds) in [
        ("/v1/authorizations", text(&asked, "/id")),
        ("/v1/enrolments", text(&begun, "/enrolment/id")),
        ("/v1/audit?limit=500", "authorization.approved"),
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 200);
        let told = answer.text();
        assert!(told.contains(holds), "{path}");
        for hidden in [PIN, &secret[40..], &token[40..], text(&begun, "/code")] {
            assert!(!told.contains(hidden), "{path}");
        }
    }
}

/// Who enrols phones does not ask what is approved on them, and the other way round.
#[tokio::test]
async fn enrolling_has_a_scope_of_its_own() {
    let world = World::new().await;
    let tenant = world.keys.tenant.clone();
    let manages = world.engine.issue(tenant.clone(), &[Scope::Manage]).await.unwrap();
    let enrols = world.engine.issue(tenant, &[Scope::Enrol]).await.unwrap();
    let post = async |keys: &NewKeys, path: &str, body: String| {
        let request = request(Method::POST, path, &bearer(keys))
            .header("content-type", "application/json")
            .header("idempotency-key", path);
        world.send(request.body(axum::body::Body::from(body)).unwrap()).await
    };
    let validated = json!({"rut": "12.345.678-5", "evidence": "verificacion-4711"}).to_string();
    let refused = post(&manages, "/v1/enrolments", validated.clone()).await;
    assert_eq!(refused.refusal(), "403 scope_missing enrol");
    let begun = post(&enrols, "/v1/enrolments", validated).await.json();
    let phone = json!({"code": begun["code"], "pin": PIN, "name": "Pixel 9"}).to_string();
    let refused = post(&manages, "/v1/enrolments/phone", phone.clone()).await;
    assert_eq!(refused.refusal(), "403 scope_missing enrol");
    assert_eq!(post(&enrols, "/v1/enrolments/phone", phone).await.status, 201);
    let refused = post(&enrols, "/v1/authorizations", asks(1_000)).await;
    assert_eq!(refused.refusal(), "403 scope_missing manage");
    assert_eq!(post(&manages, "/v1/authorizations", asks(1_000)).await.status, 201);
}

fn merchant() -> TransferPayee {
    TransferPayee {
        institution: InstitutionId::parse("banco-estado").unwrap(),
        account: AccountNumber::parse("12345678").unwrap(),
        rut: Rut::parse("76.192.083-9").unwrap(),
        name: "Ferretería Ñuñoa".to_owned(),
    }
}

/// A payment where approvals are required: refused without one, and with one of something else.
#[tokio::test]
async fn a_payment_needs_its_approval() {
    let rules = Rules {
        required: [OperationKind::Transfer].into(),
        pin_cost: PinCost::LEAST,
        ..Rules::default()
    };
    let world = World::by(rules, merchant()).await;
    let (_, secret) = phone(&world).await;
    let body = json!({"institution": "banco-chile", "rut": "12.345.678-5",
        "credentials": {"password": "right-one"}, "amount": 250_000, "comment": "Pedido 4711"});
    let pay = async |key: &str, token: Option<&str>| {
        let mut request = request(Method::POST, "/v1/payments", &world.bearer())
            .header("content-type", "application/json")
            .header("idempotency-key", key);
        if let Some(token) = token {
            request = request.header("x-mipass-token", token);
        }
        world.send(request.body(axum::body::Body::from(body.to_string())).unwrap()).await
    };
    let refused = pay("one", None).await;
    assert_eq!(refused.refusal(), "403 approval_needed");
    assert!(refused.text().contains("first_time, amount"), "{}", refused.text());
    assert_eq!(pay("one", Some("mp_none")).await.refusal(), "404 not_found authorization");
    let need = world.post("/v1/authorizations/check", &asks(250_000)).await.json();
    assert_eq!(
        need,
        json!({"required": true, "enforced": true, "reasons": ["first_time", "amount"]})
    );
    let mut tokens = Vec::new();
    for amount in [250_001, 250_000] {
        let key = amount.to_string();
        let asked = world.post_keyed("/v1/authorizations", &asks(amount), Some(&key)).await.json();
        let decided = decide(&world, &asked, &secret, Some(PIN)).await.json();
        tokens.push(text(&decided, "/token").to_owned());
    }
    assert_eq!(pay("one", Some(&tokens[0])).await.refusal(), "409 approval_other");
    let paid = pay("one", Some(&tokens[1])).await;
    assert_eq!(paid.status, 201, "{}", paid.text());
    assert_eq!(pay("one", None).await.json()["id"], paid.json()["id"]);
    assert_eq!(pay("two", Some(&tokens[1])).await.refusal(), "409 approval_ended");
}

/// Cash, bills and beneficiaries where approvals are required: refused without one and with one of
/// something else, and done once on theirs.
#[tokio::test]
async fn what_a_bank_is_told_needs_its_approval() {
    let required =
        [OperationKind::Withdrawal, OperationKind::BillPayment, OperationKind::Beneficiary].into();
    let rules = Rules { required, pin_cost: PinCost::LEAST, ..Rules::default() };
    let world = World::by(rules, merchant()).await;
    let (_, secret) = phone(&world).await;
    let payer = json!({"institution": "banco-chile", "rut": "12.345.678-5",
        "credentials": {"password": "right-one"}});
    let pesos = json!({"minor": 50_000, "currency": "CLP"});
    let beneficiary = json!({"institution": "banco-estado", "account": "12345678", "rut": "76192083-9",
        "name": "EMPRESA SPA"});
    let told = [
        (
            "/v1/withdrawals",
            json!({"payer": payer, "rut": "11.111.111-1", "amount": 50_000}),
            json!({"kind": "withdrawal", "institution": "banco-chile", "claimed_by": "11111111-1",
                "amount": pesos}),
            "first_time, amount",
        ),
        (
            "/v1/bill-payments",
            json!({"payer": payer, "biller_code": "AGUAS", "customer_number": "123",
                "amount": 50_000}),
            json!({"kind": "bill_payment", "institution": "banco-chile", "biller": "AGUAS",
                "service_account": "123", "amount": pesos}),
            "first_time, amount",
        ),
        (
            "/v1/beneficiary-changes",
            json!({"payer": payer, "change": "add", "institution": "banco-estado",
                "account": "12345678", "rut": "76192083-9", "name": "EMPRESA SPA"}),
            json!({"kind": "beneficiary", "institution": "banco-chile", "change": "add",
                "payee": beneficiary}),
            "beneficiary",
        ),
    ];
    let mut tokens = Vec::new();
    for (path, _, operation, _) in &told {
        let ask = json!({"rut": "12.345.678-5", "operation": operation}).to_string();
        let asked = world.post_keyed("/v1/authorizations", &ask, Some(*path)).await;
        assert_eq!(asked.status, 201, "{}", asked.text());
        let decided = decide(&world, &asked.json(), &secret, Some(PIN)).await.json();
        tokens.push(text(&decided, "/token").to_owned());
    }
    for (nth, (path, body, _, reasons)) in told.iter().enumerate() {
        let tell = async |key: &str, token: Option<&str>| {
            let mut body = body.clone();
            if let Some(token) = token {
                body["authorization"] = json!(token);
            }
            world.post_keyed(path, &body.to_string(), Some(key)).await
        };
        let refused = tell("one", None).await;
        assert_eq!(refused.refusal(), "403 approval_needed", "{path}");
        assert!(refused.text().contains(reasons), "{}", refused.text());
        let other = &tokens[(nth + 1) % tokens.len()];
        let of_other = tell("one", Some(other)).await.refusal();
        let is_refused = ["409 approval_other", "409 approval_ended"].contains(&&*of_other);
        assert!(is_refused, "{path}: {of_other}");
        assert_eq!(tell("one", Some("mp_none")).await.refusal(), "404 not_found authorization");
        let done = tell("one", Some(&tokens[nth])).await;
        assert_eq!(done.status, 201, "{path}: {}", done.text());
        // Without what approved it, the same call is the same.
        assert_eq!(tell("one", None).await.json()["id"], done.json()["id"]);
        assert_eq!(tell("two", Some(&tokens[nth])).await.refusal(), "409 approval_ended");
    }
}
