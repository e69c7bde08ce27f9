//! A bank's side of the Mi Banco protocol.

use std::time::Duration;

use cartola_provider_mibanco::wire::{Accounts, Balances, Profile, StatementResponse};
use cartola_sandbox::Scenario;
use expect_test::expect;
use serde_json::{Value, json};

use crate::server::{DEVICE, Server, code};

const BANK: &str = "banco-chile";

async fn get(server: &Server, token: &str, path: &str) -> (u16, Value) {
    server.bank((BANK, "GET", path), token, DEVICE, Value::Null).await
}

fn asked(account: &str, page: u32) -> Value {
    json!({"account_id": account, "currency": "CLP", "from_date": "2026-09-01",
        "to_date": "2026-11-20", "page": page, "page_size": 50})
}

#[tokio::test]
async fn a_session_reads_all_there_is() {
    let server = Server::new();
    let token = server.token(Scenario::Ok, BANK).await;
    let read = |answer: (u16, Value)| {
        assert_eq!(answer.0, 200);
        answer.1
    };
    let profile: Profile =
        serde_json::from_value(read(get(&server, &token, "profile").await)).unwrap();
    assert_eq!(profile.rut.dotted(), "12.345.678-5");
    let accounts: Accounts =
        serde_json::from_value(read(get(&server, &token, "accounts").await)).unwrap();
    let balances: Balances =
        serde_json::from_value(read(get(&server, &token, "balances").await)).unwrap();
    assert_eq!(accounts.accounts.len(), balances.balances.len());
    let account = accounts.accounts[0].account_id.written().to_owned();
    let mut lines = Vec::new();
    for page in 1.. {
        let asked = asked(&account, page);
        let answer = server.bank((BANK, "POST", "statement"), &token, DEVICE, asked).await;
        let read: StatementResponse = serde_json::from_value(read(answer)).unwrap();
        lines.extend(read.transactions);
        if page == read.total_pages {
            break;
        }
    }
    assert!(lines.len() > 100);
    let booked: Vec<_> =
        lines.iter().filter_map(|line| Some((line.amount, line.balance_after?))).collect();
    assert!(booked.windows(2).all(|pair| pair[0].1 + pair[1].0 == pair[1].1));
    assert_eq!(booked.last().unwrap().1, balances.balances[0].ledger);
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
        let answer = server.log_in(scenario, BANK).await;
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
async fn three_wrong_passwords_lock() {
    let server = Server::new();
    let mut told = Vec::new();
    for _ in 0..4 {
        told.push(code(&server.log_in(Scenario::WrongPassword, BANK).await));
    }
    assert_eq!(
        told,
        [
            "401 INVALID_CREDENTIALS",
            "401 INVALID_CREDENTIALS",
            "423 CREDENTIALS_LOCKED",
            "423 CREDENTIALS_LOCKED"
        ]
    );
}

#[tokio::test]
async fn a_token_belongs_to_its_device_its_bank_and_its_fifteen_minutes() {
    let server = Server::new();
    let token = server.token(Scenario::Ok, BANK).await;
    let accounts = |bank: &'static str, device: &'static str| {
        server.bank((bank, "GET", "accounts"), &token, device, Value::Null)
    };
    assert_eq!(code(&accounts(BANK, "another").await), "403 DEVICE_MISMATCH");
    assert_eq!(code(&accounts(BANK, "").await), "403 DEVICE_MISMATCH");
    assert_eq!(code(&accounts("banco-estado", DEVICE).await), "401 INVALID_TOKEN");
    assert_eq!(code(&accounts("banco-luna", DEVICE).await), "400 INVALID_REQUEST");
    server.lever("POST", "/clock", json!({"advance": "PT14M59S"})).await;
    assert_eq!(accounts(BANK, DEVICE).await.0, 200);
    server.lever("POST", "/clock", json!({"advance": "PT1S"})).await;
    assert_eq!(code(&accounts(BANK, DEVICE).await), "401 INVALID_TOKEN");
}

#[tokio::test]
async fn a_refresh_token_works_once_and_a_copy_ends_the_session() {
    let server = Server::new();
    let (_, opened) = server.log_in(Scenario::Ok, BANK).await;
    let renew = |token: Value| {
        let body = json!({"refresh_token": token});
        server.bank((BANK, "POST", "session/refresh"), "", DEVICE, body)
    };
    let (status, renewed) = renew(opened["refresh_token"].clone()).await;
    assert_eq!(status, 200);
    assert_eq!(get(&server, renewed["access_token"].as_str().unwrap(), "accounts").await.0, 200);
    let copied = renew(opened["refresh_token"].clone()).await;
    assert_eq!(code(&copied), "401 INVALID_REFRESH_TOKEN");
    let after = get(&server, renewed["access_token"].as_str().unwrap(), "accounts").await;
    assert_eq!(code(&after), "401 INVALID_TOKEN");
}

#[tokio::test]
async fn an_ended_session_is_over() {
    let server = Server::new();
    let token = server.token(Scenario::Ok, BANK).await;
    for _ in 0..2 {
        let ended = server.bank((BANK, "DELETE", "session"), &token, DEVICE, Value::Null).await;
        assert_eq!(ended.0, 204);
    }
    assert_eq!(code(&get(&server, &token, "accounts").await), "401 INVALID_TOKEN");
}

#[tokio::test]
async fn a_wrong_statement_request_is_told() {
    let server = Server::new();
    let token = server.token(Scenario::Ok, BANK).await;
    let own = &server.at(Scenario::Ok, BANK).accounts;
    let other = &server.at(Scenario::Ok, "banco-bci").accounts[0];
    let ask = |change: &dyn Fn(&mut Value)| {
        let mut body = asked(&own[0], 1);
        change(&mut body);
        server.bank((BANK, "POST", "statement"), &token, DEVICE, body)
    };
    assert_eq!(code(&ask(&|b| b["currency"] = "USD".into()).await), "400 INVALID_REQUEST");
    assert_eq!(code(&ask(&|b| b["from_date"] = "2026-12-01".into()).await), "400 INVALID_REQUEST");
    assert_eq!(code(&ask(&|b| b["page"] = 0.into()).await), "400 INVALID_REQUEST");
    assert_eq!(code(&ask(&|b| b["page"] = 99.into()).await), "400 INVALID_REQUEST");
    assert_eq!(code(&ask(&|b| b["page_size"] = 501.into()).await), "400 INVALID_REQUEST");
    assert_eq!(
        code(&ask(&|b| b["account_id"] = other.as_str().into()).await),
        "404 ACCOUNT_NOT_FOUND"
    );
}

#[tokio::test]
async fn a_period_without_movements_has_one_empty_page() {
    let server = Server::new();
    let token = server.token(Scenario::NoMovements, BANK).await;
    let account = &server.at(Scenario::NoMovements, BANK).accounts[0];
    let answer = server.bank((BANK, "POST", "statement"), &token, DEVICE, asked(account, 1)).await;
    assert_eq!(answer.1["total_pages"], 1);
    assert_eq!(answer.1["transactions"], json!([]));
}

#[tokio::test]
async fn the_pages_of_a_reading_are_of_one_moment() {
    let server = Server::new();
    let token = server.token(Scenario::Ok, BANK).await;
    let account = server.at(Scenario::Ok, BANK).accounts[0].clone();
    let page = async |page| {
        let answer =
            server.bank((BANK, "POST", "statement"), &token, DEVICE, asked(&account, page)).await;
        answer.1["transactions"].as_array().unwrap().clone()
    };
    let (first, before) = (page(1).await, page(2).await);
    let early =
        json!({"account": account, "amount": -1, "description": "ANTES", "date": "2026-09-01"});
    assert_eq!(server.lever("POST", "/movements", early).await.0, 201);
    assert_eq!(page(2).await, before);
    assert_ne!(page(1).await, first);
}

#[tokio::test]
async fn nonsense_is_what_the_bank_of_nonsense_answers() {
    let server = Server::new();
    let token = server.token(Scenario::BankNonsense, BANK).await;
    let (status, body) = get(&server, &token, "accounts").await;
    assert_eq!(status, 200);
    assert!(body.as_str().unwrap().starts_with("<html>"));
}

#[tokio::test(start_paused = true)]
async fn the_slow_bank_is_right_after_eight_seconds() {
    let server = Server::new();
    let within =
        async |time| tokio::time::timeout(time, server.log_in(Scenario::BankSlow, BANK)).await;
    assert!(within(Duration::from_millis(7_999)).await.is_err());
    assert_eq!(within(Duration::from_millis(8_001)).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_company_comes_in_by_its_own_portal() {
    let server = Server::new();
    let token = server.token(Scenario::Company, "banco-chile-empresas").await;
    let call = ("banco-chile-empresas", "GET", "profile");
    let (status, body) = server.bank(call, &token, DEVICE, Value::Null).await;
    assert_eq!((status, &body["customer_segment"]), (200, &json!("empresas")));
}
