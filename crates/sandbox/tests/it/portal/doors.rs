use std::time::Duration;

use cartola_primitives::Rut;
use cartola_provider_portal::wire::{ErrorBody, ErrorCode, SessionResponse};
use cartola_sandbox::Scenario;
use expect_test::expect;
use serde_json::{Value, json};

use crate::server::{Server, code, named};

/// Each institution with a product of it.
const PRODUCTS: [(&str, &str); 10] = [
    ("servipag", "service-accounts"),
    ("registro-civil", "identity"),
    ("clave-unica", "identity"),
    ("sii", "tax-folder"),
    ("sii", "tax-status"),
    ("cmf", "debts"),
    ("afc", "contributions"),
    ("afc", "employers"),
    ("afc", "personal-info"),
    ("cryptomkt", "balances"),
];

#[tokio::test]
async fn every_product_answers_who_is_logged_in_and_nobody_else() {
    let server = Server::new();
    let rut = named(Scenario::Ok);
    for (institution, path) in PRODUCTS {
        let call = (institution, "GET", path);
        assert_eq!(code(&server.portal(call, "", Value::Null).await), "401 INVALID_TOKEN");
        let token = server.portal_token(rut, institution).await;
        let (status, body) = server.portal(call, &token, Value::Null).await;
        assert_eq!(status, 200, "{institution} {path}: {body}");
        assert!(body.is_object());
    }
}

#[tokio::test]
async fn each_scenario_is_met_at_the_door() {
    let server = Server::new();
    let mut told = Vec::new();
    for scenario in [
        Scenario::Ok,
        Scenario::WrongPassword,
        Scenario::Locked,
        Scenario::PinOnly,
        Scenario::BankDown,
        Scenario::BankNonsense,
        Scenario::NoMovements,
    ] {
        let answer = server.enter(named(scenario), "afc").await;
        told.push(format!("{scenario:?} {}", code(&answer)));
    }
    expect![[r#"
        Ok 200 (none)
        WrongPassword 401 INVALID_CREDENTIALS
        Locked 423 CREDENTIALS_LOCKED
        PinOnly 200 (none)
        BankDown 503 UNAVAILABLE
        BankNonsense 200 (none)
        NoMovements 200 (none)"#]]
    .assert_eq(&told.join("\n"));
}

#[tokio::test]
async fn refusals_are_read_as_the_protocol_has_them() {
    let server = Server::new();
    let rut = named(Scenario::BankDown);
    let (status, body) = server.enter(rut, "sii").await;
    let body: ErrorBody = serde_json::from_value(body).unwrap();
    assert_eq!((body.code, body.code.status()), (ErrorCode::Unavailable, status));
    assert!(body.retry_after.is_some());
    let (_, body) = server.enter(named(Scenario::Ok), "sii").await;
    let opened: SessionResponse = serde_json::from_value(body).unwrap();
    assert_eq!(opened.expires_in, 900);
}

#[tokio::test]
async fn wrong_passwords_lock_one_institution_until_it_is_unlocked() {
    let server = Server::new();
    let rut = named(Scenario::Ok);
    let guess = async || {
        let body = json!({"user": rut.dotted(), "password": "wrong"});
        code(&server.portal(("sii", "POST", "session"), "", body).await)
    };
    assert_eq!(guess().await, "401 INVALID_CREDENTIALS");
    assert_eq!(guess().await, "401 INVALID_CREDENTIALS");
    assert_eq!(guess().await, "423 CREDENTIALS_LOCKED");
    assert_eq!(server.enter(rut, "sii").await.0, 423);
    assert_eq!(server.enter(rut, "afc").await.0, 200);
    let unlock = json!({"rut": rut.dotted(), "institution": "sii"});
    assert_eq!(server.lever("POST", "/unlock", unlock).await.0, 204);
    assert_eq!(server.enter(rut, "sii").await.0, 200);
}

#[tokio::test]
async fn a_token_belongs_to_its_institution_and_its_fifteen_minutes() {
    let server = Server::new();
    let rut = named(Scenario::Ok);
    let token = server.portal_token(rut, "clave-unica").await;
    let ask = async |institution, token: &str| {
        let path = if institution == "cmf" { "debts" } else { "identity" };
        code(&server.portal((institution, "GET", path), token, Value::Null).await)
    };
    assert_eq!(ask("cmf", &token).await, "401 INVALID_TOKEN");
    assert_eq!(ask("registro-civil", &token).await, "401 INVALID_TOKEN");
    let of_bank = server.token(Scenario::Ok, "banco-chile").await;
    assert_eq!(ask("clave-unica", &of_bank).await, "401 INVALID_TOKEN");
    server.lever("POST", "/clock", json!({"advance": "PT14M59S"})).await;
    assert_eq!(ask("clave-unica", &token).await, "200 (none)");
    server.lever("POST", "/clock", json!({"advance": "PT1S"})).await;
    assert_eq!(ask("clave-unica", &token).await, "401 INVALID_TOKEN");
}

#[tokio::test]
async fn an_ended_session_is_over() {
    let server = Server::new();
    let token = server.portal_token(named(Scenario::Ok), "afc").await;
    for _ in 0..2 {
        let ended = server.portal(("afc", "DELETE", "session"), &token, Value::Null).await;
        assert_eq!(ended.0, 204);
    }
    let after = server.portal(("afc", "GET", "employers"), &token, Value::Null).await;
    assert_eq!(code(&after), "401 INVALID_TOKEN");
}

#[tokio::test]
async fn the_cmf_takes_the_password_of_clave_unica_and_no_other_does() {
    let server = Server::new();
    let rut = named(Scenario::Ok);
    let known = server.world.population().credentials(rut, "clave-unica").unwrap();
    let body = json!({"user": known.username, "password": known.password});
    let enter = async |institution| {
        server.portal((institution, "POST", "session"), "", body.clone()).await.0
    };
    assert_eq!(enter("cmf").await, 200);
    assert_eq!(enter("sii").await, 401);
}

#[tokio::test]
async fn a_body_of_another_form_is_told() {
    let server = Server::new();
    for body in [Value::Null, json!({}), json!({"user": "1-1", "password": "x"})] {
        let answer = server.portal(("sii", "POST", "session"), "", body).await;
        assert_eq!(code(&answer), "400 INVALID_REQUEST");
    }
}

#[tokio::test]
async fn faults_come_as_ordered() {
    let server = Server::new();
    let rut = named(Scenario::Ok);
    let order = |kind: Value| server.lever("POST", "/institutions/sii/fault", kind);
    assert_eq!(order(json!({"kind": "error", "status": 502})).await.0, 204);
    assert_eq!(server.enter(rut, "sii").await.0, 502);
    assert_eq!(server.enter(rut, "sii").await.0, 200);
    order(json!({"kind": "rate_limited", "retry_after": 7})).await;
    let (status, body) = server.enter(rut, "sii").await;
    assert_eq!((status, &body["retry_after"]), (429, &json!(7)));
    order(json!({"kind": "malformed"})).await;
    assert!(server.enter(rut, "sii").await.1.is_string());
    let unknown = server.lever("POST", "/institutions/iss/fault", json!({"kind": "cut"})).await;
    assert_eq!(unknown.0, 404);
}

#[tokio::test]
async fn nonsense_is_what_their_institutions_answer() {
    let server = Server::new();
    let rut = named(Scenario::BankNonsense);
    let token = server.portal_token(rut, "sii").await;
    let (status, body) = server.portal(("sii", "GET", "tax-status"), &token, Value::Null).await;
    assert_eq!(status, 200);
    assert!(body.as_str().unwrap().starts_with("<html>"));
}

#[tokio::test(start_paused = true)]
async fn the_slow_ones_are_right_after_eight_seconds() {
    let server = Server::new();
    let rut = named(Scenario::BankSlow);
    let within = async |time| tokio::time::timeout(time, server.enter(rut, "cmf")).await;
    assert!(within(Duration::from_millis(7_999)).await.is_err());
    assert_eq!(within(Duration::from_millis(8_001)).await.unwrap().0, 200);
}

#[tokio::test]
async fn companies_have_the_tax_service_and_servipag_alone() {
    let server = Server::new();
    let rut = named(Scenario::Company);
    let population = server.world.population();
    let open: Vec<&str> = PRODUCTS
        .iter()
        .map(|(institution, _)| *institution)
        .filter(|institution| population.credentials(rut, institution).is_some())
        .collect();
    assert_eq!(open, ["servipag", "sii", "sii"]);
    let body = json!({"user": rut.dotted(), "password": "whatever1"});
    let answer = server.portal(("afc", "POST", "session"), "", body).await;
    assert_eq!(code(&answer), "401 INVALID_CREDENTIALS");
}

#[tokio::test]
async fn nobody_is_known_to_the_insurance_who_never_worked() {
    let server = Server::new();
    let rut: Rut = named(Scenario::NoMovements);
    let token = server.portal_token(rut, "afc").await;
    let ask = async |path| server.portal(("afc", "GET", path), &token, Value::Null).await;
    assert_eq!(code(&ask("personal-info").await), "404 PRODUCT_NOT_FOUND");
    assert_eq!(ask("contributions").await.1["contributions"], json!([]));
    assert_eq!(ask("employers").await.1["employers"], json!([]));
}
