//! Every request that Floid's document prints, as it prints it: of its values only the person, the
//! page and the codes that a bank gives, and the merchant's address are others.

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use expect_test::expect;
use serde_json::{Value, json};

use super::pis::{APPROVAL, APPROVAL_OPTIONAL, Till, check_answer};
use super::{printed, with};
use crate::synaptic::Synaptic;

/// Of the calls for which no example is printed, what their table lists.
const LOGIN: &str = r#"{"rut": "9.999.999-9", "password": "dummy password"}"#;

const LOOKUP: &str = r#"{"rut": "9.999.999-9"}"#;

const ASSETS: &str = r#"{
  "bankName": "bci",
  "rut": "9.999.999-9",
  "password": "dummy password",
  "uiType": "mobile"
}"#;

const INCOME: &str = r#"{
  "rut": "9.999.999-9",
  "password": "dummy password",
  "bankName": "bci",
  "callbackUrl": "https://example-site.com/callback",
  "caseId": "user case id"
}"#;

const HISTORY: &str = r#"{
  "rut": "9.999.999-9",
  "password": "dummy password",
  "bankName": "bci",
  "duration": 3,
  "callbackUrl": "https://example-site.com/callback",
  "caseId": "user case id"
}"#;

const PAYMENT: &str = r#"{
  "rut": "9.999.999-9",
  "password": "dummy password",
  "bankName": "bci",
  "caseId": "99999",
  "moneyAmount": "1000",
  "callbackUrl": "https://example-site.com/callback",
  "callbackApiKey": "e02c5f371d0e4acc"
}"#;

const SMS: &str = r#"{
  "pageId": "c9dfc7c2ed3d34c2be415cfcadfd4e12043c002d",
  "smsCode": "string"
}"#;

const CARD: &str = r#"{
  "pageId": "c9dfc7c2ed3d34c2be415cfcadfd4e12043c002d",
  "cardCode": [
    "11",
    "22",
    "33"
  ]
}"#;

const SMS_AND_CARD: &str = r#"{
  "pageId": "c9dfc7c2ed3d34c2be415cfcadfd4e12043c002d",
  "smsCode": "string",
  "cardCode": [
    "11",
    "22",
    "33"
  ]
}"#;

const FRAME: &str = r#"{
  "amount": "1000",
  "transactionId": "99999999",
  "comment": "test payment",
  "rut": "9.999.999-9",
  "callbackUrl": "https://example-site.com/callback",
  "redirectOnSuccessUrl": "http://floid.cl/es/",
  "redirectOnFailUrl": "https://example-site.com/fail"
}"#;

/// A printed request with the values of somebody of the box in the place of its own.
#[track_caller]
fn of(till: &Till, printed: &str, institution: &str) -> Value {
    let login = till.scene.login("ok", institution);
    filled(printed, &with(&login, &json!({"callbackUrl": till.receiver.url()})))
}

/// A printed request with other values for its members, and no other members.
#[track_caller]
fn filled(printed: &str, values: &Value) -> Value {
    let mut request: Value = serde_json::from_str(printed).unwrap();
    for (member, value) in request.as_object_mut().unwrap() {
        if let Some(ours) = values.get(member) {
            assert_eq!(
                (ours.is_string(), ours.is_array()),
                (value.is_string(), value.is_array()),
                "{member}"
            );
            *value = ours.clone();
        }
    }
    request
}

#[test]
fn what_is_answered_at_once_is_as_printed() {
    let till = Till::new();
    let ask = |path: &str, request: &str, institution: &str, answer: &Value| {
        printed::check(&till.floid().ask(path, &of(&till, request, institution)), answer);
    };
    ask("api/identity/bankid_kyc", LOGIN, "banco-chile", &printed::kyc());
    ask("api/identity/claveunica_kyc", LOGIN, "clave-unica", &printed::kyc());
    ask("api/asset_report", ASSETS, "banco-bci", &printed::asset_report());
    ask("api/full_debt", LOGIN, "clave-unica", &printed::full_debt());
    // A name and an address are told of whoever has allowed it.
    let synaptic = Synaptic::announced(&till.scene.demo.announced);
    let login = till.scene.login("ok", "banco-chile");
    let args = json!({"username": login["rut"], "password": login["password"]});
    let task = synaptic.task("banco-chile:identity", &args);
    while synaptic.look(&task).json()["taskStatusCode"] == 202 {
        thread::sleep(Duration::from_millis(20));
    }
    let lookup = "api/identity/name_address_lookup";
    ask(lookup, LOOKUP, "banco-chile", &printed::name_and_address());
}

#[test]
fn what_is_posted_later_is_as_printed() {
    let till = Till::new();
    for (path, request, product, answer) in [
        ("api/income_check", INCOME, "income check", printed::income_check()),
        ("api/transaction_history", HISTORY, "transaction history", printed::transaction_history()),
    ] {
        let told = till.floid().ask(path, &of(&till, request, "banco-bci"));
        let message = format!("Processing transactions for {product}.");
        assert_eq!(told, json!({"isAccepted": true, "message": message}));
        let posted = till.scene.genuine(till.receiver.call());
        printed::check(&posted, &answer);
        assert_eq!((&posted["caseId"], &posted["isValid"]), (&json!("user case id"), &json!(true)));
    }
}

/// A bank, its institution, and the calls of a payment there with what each answers.
type Walk = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The calls by which each printed answer to a challenge is sent, at a bank that asks for it.
const WALKS: [Walk; 6] = [
    ("bci", "banco-bci", &[(APPROVAL, CARD)]),
    ("banco estado", "banco-estado", &[(APPROVAL, SMS)]),
    ("itau corpbanca", "banco-itau", &[(APPROVAL, SMS_AND_CARD)]),
    ("banco bice", "banco-bice", &[(APPROVAL, SMS), (APPROVAL_OPTIONAL, CARD)]),
    ("banco ripley", "banco-ripley", &[(APPROVAL_OPTIONAL, SMS)]),
    ("banco security", "banco-security", &[]),
];

#[test]
fn payments_are_as_printed() {
    let till = Till::new();
    let mut said = String::new();
    for (bank, institution, steps) in WALKS {
        let first = of(&till, PAYMENT, institution);
        let first = with(&first, &json!({"bankName": bank, "caseId": format!("99999 {bank}")}));
        let mut told = till.transfer(&first);
        write!(said, "{bank}: {}", check_answer(&told)).unwrap();
        for (path, request) in steps {
            let codes = till.codes(&first, institution);
            let page = json!({"pageId": told["pageId"]});
            told = till.floid().ask(path, &filled(request, &with(&page, &codes)));
            write!(said, ", {}", check_answer(&told)).unwrap();
        }
        writeln!(said).unwrap();
        till.last_word(&first, "BANK_TRANSFER_COMPLETED");
    }
    expect![[r#"
        bci: WAITING_FOR_CARD_CODE, BANK_TRANSFER_COMPLETED
        banco estado: WAITING_FOR_SMS_CODE, BANK_TRANSFER_COMPLETED
        itau corpbanca: WAITING_FOR_SMS_AND_CARD_CODE, BANK_TRANSFER_COMPLETED
        banco bice: WAITING_FOR_SMS_CODE, WAITING_FOR_CARD_CODE, BANK_TRANSFER_COMPLETED
        banco ripley: WAITING_FOR_SMS_CODE, BANK_TRANSFER_COMPLETED
        banco security: BANK_TRANSFER_COMPLETED
    "#]]
    .assert_eq(&said);
    assert_eq!(till.moved(), WALKS.len() as u64);
}

#[test]
fn a_frame_is_as_printed() {
    let till = Till::new();
    let told = till.floid().ask("api/pis/get_iframe", &of(&till, FRAME, "banco-bci"));
    let frame = told["iframe"].as_str().unwrap();
    assert_eq!(told, json!({"iframe": frame}));
    let page =
        format!("<iframe src='{}/floid/money-transfer/iframe?transactionId=", till.scene.gateway());
    let token = frame.strip_prefix(&*page).unwrap();
    let token =
        token.strip_suffix("' frameborder='0' width='375' height='667' ></iframe>").unwrap();
    assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
}
