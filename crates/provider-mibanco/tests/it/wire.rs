//! What the document prints is read, and written back as it stands.

use std::fmt::Debug;

use cartola_provider_mibanco::wire::{
    AccountType, Accounts, AuthorizationRequest, Balances, ErrorBody, ErrorCode, Profile,
    RefreshRequest, SessionRequest, SessionResponse, StatementRequest, StatementResponse,
    TransferRequest, TransferResponse,
};
use expect_test::{Expect, expect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads the text, wants the same JSON written again, and shows what `Debug` lets out.
fn check<T: DeserializeOwned + Serialize + Debug>(text: &str, debug: &Expect) {
    let read: T = serde_json::from_str(text).unwrap();
    let again: Value = serde_json::to_value(&read).unwrap();
    let expected: Value = serde_json::from_str(text).unwrap();
    assert_eq!(again, expected);
    debug.assert_eq(&format!("{read:?}"));
}

fn check_refused<T: DeserializeOwned>(text: &str, reason: &Expect) {
    let Err(error) = serde_json::from_str::<T>(text) else { panic!("{text} was read") };
    reason.assert_eq(&error.to_string());
}

#[test]
fn a_session_is_opened_with_a_pin_or_a_password() {
    check::<SessionRequest>(
        r#"{"rut":"12.345.678-5","mi_pin":"12345","device_fingerprint":"f00d"}"#,
        &expect![[r#"SessionRequest { credential: "mi_pin", .. }"#]],
    );
    check::<SessionRequest>(
        r#"{"rut":"12.345.678-5","password":"secreta1","device_fingerprint":"f00d"}"#,
        &expect![[r#"SessionRequest { credential: "password", .. }"#]],
    );
}

#[test]
fn a_session_request_that_is_not_one_says_why() {
    check_refused::<SessionRequest>(
        r#"{"rut":"12.345.678-9","mi_pin":"12345","device_fingerprint":"f00d"}"#,
        &expect!["the verifier of the RUT is wrong, it should be 5 at line 1 column 21"],
    );
    let either = expect!["expected either `password` or `mi_pin`"];
    check_refused::<SessionRequest>(r#"{"rut":"1-9","device_fingerprint":"f00d"}"#, &either);
    check_refused::<SessionRequest>(
        r#"{"rut":"1-9","password":"a","mi_pin":"12345","device_fingerprint":"f00d"}"#,
        &either,
    );
}

#[test]
fn tokens_are_not_shown() {
    check::<SessionResponse>(
        r#"{"access_token":"eyJ","refresh_token":"rt_1","expires_in":900,"mi_pass_required":false,
            "customer_segment":"personas"}"#,
        &expect![
            "SessionResponse { expires_in: 900, mi_pass_required: false, customer_segment: Personas, .. }"
        ],
    );
    check::<RefreshRequest>(r#"{"refresh_token":"rt_1"}"#, &expect!["RefreshRequest { .. }"]);
}

#[test]
fn a_profile_is_not_shown() {
    check::<Profile>(
        r#"{"rut":"12.345.678-5","name":"María Soto","masked_email":"ma***@correo.cl",
            "customer_segment":"preferente"}"#,
        &expect!["Profile { customer_segment: Other(…), .. }"],
    );
}

#[test]
fn accounts_and_balances() {
    check::<Accounts>(
        r#"{"accounts":[{"account_id":"00-123-45678-90","account_type":"CUENTA_CORRIENTE",
            "currency":"CLP","alias":"Casa"}]}"#,
        &expect![
            "Accounts { accounts: [Account { account_id: AccountNumber(…7890), account_type: Checking, currency: CLP, .. }] }"
        ],
    );
    check::<Balances>(
        r#"{"balances":[{"account_id":"00-123-45678-90","currency":"CLP","available":8421500,
            "ledger":8421500,"overdraft":1000000,"as_of":"2026-04-08T13:42:11Z"}]}"#,
        &expect![
            "Balances { balances: [Balance { account_id: AccountNumber(…7890), currency: CLP, available: 8421500, ledger: 8421500, overdraft: 1000000, as_of: 2026-04-08T13:42:11Z }] }"
        ],
    );
}

#[test]
fn the_statement_of_the_document() {
    check::<StatementRequest>(
        r#"{"account_id":"00-123-45678-90","currency":"CLP","from_date":"2026-04-01",
            "to_date":"2026-04-30","page":1,"page_size":100}"#,
        &expect![
            "StatementRequest { account_id: AccountNumber(…7890), currency: CLP, from_date: 2026-04-01, to_date: 2026-04-30, page: 1, page_size: 100 }"
        ],
    );
    check::<StatementResponse>(
        r#"{"account_id":"00-123-45678-90","page":1,"total_pages":3,"transactions":[
            {"date":"2026-04-08","description":"TRANSF DESDE 76.543.210-K","amount":1450000,
             "currency":"CLP","balance_after":8421500,"channel":"TEF",
             "reference":"MB-2026040800012"}]}"#,
        &expect![[
            r#"StatementResponse { account_id: AccountNumber(…7890), page: 1, total_pages: 3, transactions: [Transaction { date: 2026-04-08, amount: 1450000, currency: CLP, balance_after: Some(8421500), channel: Some(Tef), reference: Some("MB-2026040800012"), status: None, .. }] }"#
        ]],
    );
}

#[test]
fn a_pending_transaction_with_its_other_side() {
    check::<StatementResponse>(
        r#"{"account_id":"1","page":1,"total_pages":1,"transactions":[{"date":"2026-04-30",
            "description":"TEF A JUAN SOTO","amount":-5000,"currency":"CLP","status":"PENDING",
            "counterparty":{"name":"JUAN SOTO","rut":"12.345.678-5","bank":"BANCO_ESTADO"}}]}"#,
        &expect![
            "StatementResponse { account_id: AccountNumber(…1), page: 1, total_pages: 1, transactions: [Transaction { date: 2026-04-30, amount: -5000, currency: CLP, balance_after: None, channel: None, reference: None, status: Some(Pending), .. }] }"
        ],
    );
}

#[test]
fn a_page_that_is_not_named_is_the_first() {
    let text =
        r#"{"account_id":"1","currency":"CLP","from_date":"2026-04-01","to_date":"2026-04-30"}"#;
    let request: StatementRequest = serde_json::from_str(text).unwrap();
    assert_eq!((request.page, request.page_size), (1, 100));
}

#[test]
fn an_error_names_its_code_and_a_new_code_is_kept() {
    check::<ErrorBody>(
        r#"{"code":"CREDENTIALS_LOCKED","message":"Clave bloqueada.","retry_after":1800}"#,
        &expect!["ErrorBody { code: CredentialsLocked, retry_after: Some(1800), .. }"],
    );
    check::<ErrorBody>(
        r#"{"code":"MOON_PHASE","message":"No."}"#,
        &expect!["ErrorBody { code: Other(…), retry_after: None, .. }"],
    );
}

#[test]
fn every_word_is_read_as_itself() {
    for kind in AccountType::ALL {
        assert_eq!(AccountType::read(kind.word()), *kind);
    }
    for code in ErrorCode::ALL {
        assert_eq!(ErrorCode::read(code.word()), *code);
    }
}

#[test]
fn a_transfer_is_told_as_the_document_prints_it() {
    check::<TransferRequest>(
        r#"{"from_account":"00-123-45678-90","to_account":"00-987-65432-1","to_bank":"BANCO_ESTADO",
            "amount":250000,"currency":"CLP","comment":"Servicios abril 2026"}"#,
        &expect!["TransferRequest { .. }"],
    );
    check::<TransferRequest>(
        r#"{"from_account":"00-123-45678-90","to_account":"00-987-65432-1","to_bank":"BANCO_ESTADO",
            "amount":250000,"currency":"CLP","end_to_end_id":"0198c1d2a3b4c5d6e7f8091a2b3c4d5e",
            "to_rut":"12.345.678-5","to_name":"María Soto"}"#,
        &expect!["TransferRequest { .. }"],
    );
    check::<TransferResponse>(
        r#"{"transfer_id":"tr_01HZ","status":"PENDING_AUTHORIZATION",
            "auth_url":"mibanco://authorize?req=1"}"#,
        &expect![[
            r#"TransferResponse { transfer_id: "tr_01HZ", status: PendingAuthorization, auth_url: Some("mibanco://authorize?req=1"), end_to_end_id: None, challenge: None, settled_at: None, failure: None }"#
        ]],
    );
}

#[test]
fn what_authorises_a_transfer_is_not_shown() {
    check::<AuthorizationRequest>(
        r#"{"sms":"123456","codes":["07","18","29"]}"#,
        &expect!["AuthorizationRequest { sms: true, codes: Some(3) }"],
    );
    check::<AuthorizationRequest>(
        r#"{"sms":"123456"}"#,
        &expect!["AuthorizationRequest { sms: true, codes: None }"],
    );
}
