//! Payments that come to nothing, and calls that are refused.

use std::fmt::Write as _;

use expect_test::expect;
use serde_json::{Value, json};

use super::{APPROVAL, APPROVAL_OPTIONAL, TRANSFER, Till, is_refused};
use crate::floid::{Floid, with};
use crate::process;

#[test]
fn what_a_bank_refuses_is_told_and_posted() {
    let till = Till::new();
    let bank = ("banco chile", "banco-chile");
    let mut told = String::new();
    for scenario in [
        "approval-denied",
        "insufficient-funds",
        "over-limit",
        "wrong-password",
        "locked",
        "bank-down",
        "bank-nonsense",
    ] {
        let body = till.body(scenario, bank, scenario);
        let answer = till.transfer(&body);
        writeln!(told, "{scenario}: {answer}").unwrap();
        till.last_word(&body, "BANK_TRANSFER_FAILED");
    }
    expect![[r#"
        approval-denied: {"isAccepted":true,"message":"WAITING_FOR_APP_APPROVAL"}
        insufficient-funds: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
        over-limit: {"isAccepted":false,"message":"EXCEED_TRANSFER_LIMIT"}
        wrong-password: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
        locked: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
        bank-down: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
        bank-nonsense: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
    "#]]
    .assert_eq(&told);
    assert_eq!(till.moved(), 0);
    till.receiver.was_left_alone();
}

#[test]
fn what_the_document_has_words_for_is_told_in_them() {
    let till = Till::new();
    let body = till.body("ok", ("banco security", "banco-security"), "case");
    let told = |more: Value| till.transfer(&with(&body, &more));
    for more in [
        json!({"rut": null}),
        json!({"rut": ""}),
        json!({"password": null}),
        json!({"password": ""}),
        json!({"rut": null, "password": null}),
    ] {
        is_refused(&told(more), "RUT_PASSWORD_ARE_REQUIRED");
    }
    for amount in ["0", "1", "999"] {
        is_refused(&told(json!({"moneyAmount": amount})), "MINIMUM_MONEY_AMOUNT_1000");
    }
    for amount in ["100000001", "99999999999999999999999"] {
        is_refused(&told(json!({"moneyAmount": amount})), "EXCEED_TRANSFER_LIMIT");
    }
    assert_eq!(till.scene.demo.client().list("/v1/payments").len(), 0);
    // What the bank lets its customer pay is less.
    let beyond = with(&body, &json!({"moneyAmount": "5000001"}));
    is_refused(&till.transfer(&beyond), "EXCEED_TRANSFER_LIMIT");
    till.last_word(&beyond, "BANK_TRANSFER_FAILED");
    till.receiver.was_left_alone();
}

#[test]
fn what_it_has_no_words_for_is_an_error() {
    let till = Till::new();
    let body = till.body("ok", ("banco security", "banco-security"), "case");
    let long = "x".repeat(300);
    let changes = [
        json!({"bankName": null}),
        json!({"bankName": "banco luna"}),
        json!({"caseId": null}),
        json!({"caseId": 7}),
        json!({"caseId": long}),
        json!({"moneyAmount": null}),
        json!({"moneyAmount": "1.000"}),
        json!({"moneyAmount": "mil"}),
        json!({"moneyAmount": 1000.5}),
        json!({"amount": "1000"}),
        json!({"callbackUrl": null}),
        json!({"callbackUrl": "http://10.0.0.1/callback"}),
        json!({"callbackApiKey": "two\nlines"}),
        json!({"rut": 7}),
        json!({"rut": "9.999.999-9"}),
        json!({"password": long}),
        json!({"caseId": null, "rut": null, "moneyAmount": "1"}),
    ];
    let said = changes.iter().map(|change| {
        let body = with(&body, change).to_string();
        till.floid().refusal(TRANSFER, &body) + "\n"
    });
    expect![[r#"
        400 bankName: it is mandatory
        400 bankName: it must be one of bci | banco bice | banco chile | banco estado | banco falabella | itau corpbanca | banco ripley | banco santander | scotiabank | banco security
        400 caseId: it is mandatory
        400 caseId: it must be a text
        400 caseId: it is longer than 255 characters
        400 moneyAmount: it is mandatory
        400 moneyAmount: it must be whole pesos in figures alone, such as "1000"
        400 moneyAmount: it must be whole pesos in figures alone, such as "1000"
        400 moneyAmount: it must be whole pesos in figures alone, such as "1000"
        400 moneyAmount: it is there twice
        400 callbackUrl: it is mandatory
        400 callbackUrl: the URL leads to an address that is not public
        400 callbackApiKey: it must be 1 to 1024 printable ASCII characters
        400 rut: it must be a text
        400 rut: the verifier of the RUT is wrong, it should be 3
        400 password: it is longer than 128 characters
        400 caseId: it is mandatory
    "#]]
    .assert_eq(&said.collect::<String>());
    assert_eq!(till.scene.demo.client().list("/v1/payments").len(), 0);
    till.receiver.was_left_alone();
}

#[test]
fn a_key_that_may_only_read_pays_nothing() {
    let till = Till::new();
    let body = till.body("ok", ("banco security", "banco-security"), "case").to_string();
    let arguments = ["tenants", "add", "reader", "--scopes", "read", "--data", "demo", "--json"];
    let keys = process::run(till.scene.folder.path(), &arguments).done().json();
    let reader = Floid::with_key(till.scene.gateway(), keys["api_key"].as_str().unwrap());
    for path in [TRANSFER, APPROVAL, APPROVAL_OPTIONAL] {
        let refused = reader.refusal(path, &body);
        assert_eq!(refused, "401 the API key does not have the scope `manage`", "{path}");
    }
    assert_eq!(till.moved(), 0);
}
