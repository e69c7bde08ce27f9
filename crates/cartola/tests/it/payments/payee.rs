//! Who is paid, as the configuration says.

use std::net::TcpListener;

use serde_json::{Value, json};

use super::payer::{Payer, ended};
use crate::chile::Chile;
use crate::http::Client;
use crate::installation::{Gateway, Installation};
use crate::shop;

/// A bank that asks for nothing.
const BANK: &str = "banco-security";

/// A gateway that serves, and a bank to pay from.
struct Shop {
    installation: Installation,
    _gateway: Gateway,
    chile: Chile,
    client: Client,
}

impl Shop {
    fn with(more: &str) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let installation = Installation::with(&(shop::banks(&[BANK], port) + more));
        let keys = installation.tenant("acme");
        let chile = Chile::start_on(installation.path(), port);
        let gateway = installation.serve();
        let client = gateway.client(keys["api_key"].as_str().unwrap());
        Self { installation, _gateway: gateway, chile, client }
    }

    fn payer(&self) -> Payer {
        let (rut, place) = self.chile.person("ok", BANK);
        let password = place["password"].as_str().unwrap().to_owned();
        Payer { institution: BANK.to_owned(), rut, password }
    }

    /// How many transfers have moved money.
    fn moved(&self) -> Value {
        self.chile.client.json("/_sandbox/ledger/check")["transfers"].clone()
    }
}

/// Asks for a payment by Floid's call, whose callback would go nowhere.
fn transfer(shop: &Shop) -> (u16, Value) {
    let Payer { rut, password, .. } = shop.payer();
    let body = json!({"rut": rut, "password": password, "bankName": "banco security",
        "caseId": "1", "moneyAmount": "1000", "callbackUrl": "http://receiver.invalid/"});
    let headers = [("Content-Type", "application/json")];
    let path = "/floid/api/pis/transfer";
    let answer = shop.client.send("POST", path, &headers, body.to_string().as_bytes()).unwrap();
    (answer.status, answer.json())
}

#[test]
fn an_account_that_its_bank_does_not_have_is_not_paid() {
    let shop = Shop::with(&shop::paid("999999999999"));
    let begun = shop.payer().begin(&shop.client, 5_000, "order").unwrap();
    assert_eq!(begun.status, 201, "{}", begun.text());
    let payment = ended(&shop.client, &begun.json(), |payment| panic!("{payment} is asked about"));
    let failure = json!({"code": "unknown_payee", "class": "request_invalid"});
    assert_eq!((&payment["state"], &payment["failure"]), (&json!("failed"), &failure));
    let failed = json!({"isAccepted": false, "message": "BANK_TRANSFER_FAILED"});
    assert_eq!(transfer(&shop), (200, failed));
    assert_eq!(shop.moved(), json!(0));
}

/// Whoever asks what is kept of them reads whom they paid, from which account and for what.
#[test]
fn what_somebody_has_paid_is_told_to_them() {
    let merchant = shop::merchant();
    let shop = Shop::with(&shop::paid(&merchant.account));
    let payer = shop.payer();
    let begun = payer.begin(&shop.client, 5_000, "order").unwrap().json();
    let payment = ended(&shop.client, &begun, |payment| panic!("{payment} is asked about"));
    assert_eq!(payment["state"], "completed", "{payment}");
    let data = ["matters", "data", "--rut", &payer.rut, "--output", "data.json"];
    shop.installation.run(&data).done();
    let text = std::fs::read_to_string(shop.installation.path().join("data.json")).unwrap();
    let entries: Vec<Value> = serde_json::from_str(&text).unwrap();
    let only = |what: &str| entries.iter().find(|entry| entry["what"] == what).unwrap();
    let (payment, consent) = (only("payment"), only("consent"));
    assert_eq!((&payment["amount"], &payment["comment"]), (&json!(5_000), &json!("Pedido 4711")));
    assert!(payment["from"].is_string(), "{payment}");
    let paid = json!({"institution": merchant.institution, "account": merchant.account,
        "rut": merchant.rut.compact(), "name": merchant.name});
    assert_eq!(payment["payee"], paid);
    assert_eq!(consent["purpose"], "un pago del cliente a la cuenta de la empresa");
    assert!(consent["expires_at"].is_string(), "{consent}");
}

#[test]
fn where_nobody_is_named_nobody_is_paid() {
    let shop = Shop::with("");
    let begun = shop.payer().begin(&shop.client, 5_000, "order").unwrap();
    assert_eq!(begun.json()["code"], "payment_unconfigured");
    let (status, told) = transfer(&shop);
    assert_eq!(status, 500);
    assert!(told["error"].as_str().unwrap().contains("[payments]"), "{told}");
    assert_eq!(shop.client.list("/v1/payments").len(), 0);
}
