//! What only a test may do.

use cartola_sandbox::{Scenario, openapi_json};
use serde_json::{Value, json};

use crate::server::{DEVICE, Server, code};

const BANK: &str = "banco-chile";

async fn fault(server: &Server, order: Value) -> u16 {
    server.lever("POST", "/institutions/banco-chile/fault", order).await.0
}

#[tokio::test]
async fn a_fault_lasts_for_its_calls() {
    let server = Server::new();
    assert_eq!(fault(&server, json!({"kind": "error", "status": 503, "calls": 2})).await, 204);
    let knock = async || code(&server.log_in(Scenario::Ok, BANK).await);
    assert_eq!([knock().await, knock().await], ["503 UNAVAILABLE", "503 UNAVAILABLE"]);
    assert_eq!(knock().await, "200 (none)");
    assert_eq!(server.log_in(Scenario::Ok, "banco-bci").await.0, 200);
}

#[tokio::test]
async fn each_fault_is_what_it_says() {
    let server = Server::new();
    let after = async |order: Value| {
        assert_eq!(fault(&server, order).await, 204);
        server.log_in(Scenario::Ok, BANK).await
    };
    let limited = after(json!({"kind": "rate_limited", "retry_after": 30})).await;
    assert_eq!(
        (code(&limited).as_str(), &limited.1["retry_after"]),
        ("429 RATE_LIMITED", &json!(30))
    );
    assert_eq!(after(json!({"kind": "cut"})).await.1, "(cut)");
    assert!(after(json!({"kind": "malformed"})).await.1.is_string());
    assert_eq!(after(json!({"kind": "latency", "milliseconds": 1})).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_does_so_until_its_caller_gives_up() {
    let server = Server::new();
    assert_eq!(fault(&server, json!({"kind": "hang"})).await, 204);
    let patience = std::time::Duration::from_mins(10);
    let given_up = tokio::time::timeout(patience, server.log_in(Scenario::Ok, BANK)).await;
    assert!(given_up.is_err());
}

#[tokio::test]
async fn orders_that_cannot_be_are_refused() {
    let server = Server::new();
    assert_eq!(fault(&server, json!({"kind": "error", "status": 200})).await, 400);
    assert_eq!(fault(&server, json!({"kind": "hang", "calls": 0})).await, 400);
    assert_eq!(fault(&server, json!({"kind": "earthquake"})).await, 400);
    assert_eq!(fault(&server, json!({"kind": "latency", "milliseconds": 600_001})).await, 400);
    let nowhere =
        server.lever("POST", "/institutions/banco-luna/fault", json!({"kind": "hang"})).await;
    assert_eq!(nowhere.0, 404);
    assert_eq!(server.lever("POST", "/clock", json!({"advance": "-PT5M"})).await.0, 400);
}

#[tokio::test]
async fn a_movement_is_added_amended_and_deleted() {
    let server = Server::new();
    let account = server.at(Scenario::Ok, BANK).accounts[0].clone();
    let ledger = async || {
        let (_, body) = server.lever("GET", &format!("/accounts/{account}"), Value::Null).await;
        body["ledger"].as_i64().unwrap()
    };
    let before = ledger().await;
    let body = json!({"account": account, "amount": -15_000, "description": "COMPRA"});
    let (status, added) = server.lever("POST", "/movements", body).await;
    assert_eq!((status, &added["balance_after"]), (201, &json!(before - 15_000)));
    let path = format!("/accounts/{account}/movements/{}", added["reference"].as_str().unwrap());
    let (status, amended) = server.lever("PATCH", &path, json!({"amount": -16_000})).await;
    assert_eq!((status, &amended["amount"]), (200, &json!(-16_000)));
    assert_eq!(ledger().await, before - 16_000);
    assert_eq!(server.lever("DELETE", &path, Value::Null).await.0, 204);
    assert_eq!(server.lever("DELETE", &path, Value::Null).await.0, 404);
    assert_eq!(ledger().await, before);
    let (status, check) = server.lever("GET", "/ledger/check", Value::Null).await;
    assert_eq!((status, &check["balanced"]), (200, &json!(true)));
}

#[tokio::test]
async fn a_lock_is_opened() {
    let server = Server::new();
    assert_eq!(server.log_in(Scenario::Locked, BANK).await.0, 423);
    let who = server.at(Scenario::Locked, BANK).username;
    let unlock = json!({"rut": who, "institution": BANK});
    assert_eq!(server.lever("POST", "/unlock", unlock).await.0, 204);
    assert_eq!(server.log_in(Scenario::Locked, BANK).await.0, 200);
    let nobody = json!({"rut": who, "institution": "banco-luna"});
    assert_eq!(server.lever("POST", "/unlock", nobody).await.0, 404);
}

#[tokio::test]
async fn everybody_listed_can_be_logged_in_as_listed() {
    let server = Server::new();
    let (_, persons) = server.lever("GET", "/persons", Value::Null).await;
    assert_eq!(persons.as_array().unwrap().len(), 16);
    let works = persons.as_array().unwrap().iter().find(|each| each["scenario"] == "demo").unwrap();
    let at = &works["institutions"][0];
    let body =
        json!({"rut": at["username"], "password": at["password"], "device_fingerprint": "f"});
    let opened = server.bank(("demo-bank", "POST", "session"), "", DEVICE, body).await;
    assert_eq!(opened.0, 200);
}

#[tokio::test]
async fn an_account_that_nobody_has_is_told() {
    let server = Server::new();
    assert_eq!(server.lever("GET", "/accounts/123", Value::Null).await.0, 404);
    assert_eq!(server.lever("GET", "/accounts/abc", Value::Null).await.0, 400);
    assert_eq!(server.lever("GET", "/accounts/****1234", Value::Null).await.0, 404);
}

#[tokio::test]
async fn the_document_names_every_lever() {
    let server = Server::new();
    let (status, document) = server.lever("GET", "/openapi.json", Value::Null).await;
    assert_eq!(status, 200);
    assert_eq!(document, serde_json::from_str::<Value>(&openapi_json()).unwrap());
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    expect_test::expect![[r#"
        [
            "/_sandbox/accounts/{number}",
            "/_sandbox/accounts/{number}/movements",
            "/_sandbox/accounts/{number}/movements/{reference}",
            "/_sandbox/atm/claim",
            "/_sandbox/clock",
            "/_sandbox/institutions/{id}/fault",
            "/_sandbox/institutions/{id}/hold",
            "/_sandbox/ledger/check",
            "/_sandbox/movements",
            "/_sandbox/notifications",
            "/_sandbox/openapi.json",
            "/_sandbox/persons",
            "/_sandbox/phones/{rut}",
            "/_sandbox/phones/{rut}/approve",
            "/_sandbox/phones/{rut}/deny",
            "/_sandbox/phones/{rut}/pass",
            "/_sandbox/unlock",
        ]"#]]
    .assert_eq(&format!("{paths:#?}"));
}
