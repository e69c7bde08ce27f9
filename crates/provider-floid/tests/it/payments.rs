//! Payments in the document's words.

use cartola_model::payment::Asked;
use cartola_model::{
    Challenge, ChallengeKind, Failure, PaymentFailure, PaymentState, TransferFailure,
};
use cartola_primitives::{Currency, Money, Timestamp};
use cartola_provider_floid::given::Mistake;
use cartola_provider_floid::mapping::{transfer_answer, transfer_callback};
use cartola_provider_floid::request::{self, Approval, Transfer, pesos};
use expect_test::{Expect, expect};
use proptest::prelude::*;

const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);

fn asked(kind: ChallengeKind) -> Asked {
    let challenge = Challenge { kind, expires_at: NOW, attempts_left: Some(2) };
    Asked { step: 1, challenge, again: false }
}

fn labels() -> Vec<String> {
    ["A1", "B1", "C1"].map(str::to_owned).to_vec()
}

fn failed(reason: TransferFailure) -> PaymentState {
    PaymentState::Failed { at: NOW, reason: PaymentFailure::Refused(reason) }
}

fn states() -> Vec<PaymentState> {
    let cause = Failure::Timeout;
    let kinds = [
        ChallengeKind::App,
        ChallengeKind::Sms,
        ChallengeKind::Card { labels: labels() },
        ChallengeKind::Device { fields: 2 },
        ChallengeKind::SmsAndCard { labels: labels() },
    ];
    let mut states = vec![
        PaymentState::Requested,
        PaymentState::Submitting,
        PaymentState::Answered(asked(ChallengeKind::Sms)),
        PaymentState::Answering(asked(ChallengeKind::Sms)),
        PaymentState::Settling,
        PaymentState::InDoubt { since: NOW, cause, asked: None },
        PaymentState::Withdrawing,
        PaymentState::Completed { settled_at: NOW },
        PaymentState::Failed { at: NOW, reason: PaymentFailure::of(cause) },
    ];
    states.extend(TransferFailure::ALL.map(failed));
    states.extend(kinds.map(|kind| PaymentState::Challenged(asked(kind))));
    states
}

/// Every state and what is said of it, with that page.
fn check(page: Option<&str>, expected: Expect) {
    let said = states().into_iter().map(|state| {
        let answer = transfer_answer(&state, page.map(str::to_owned));
        format!("{}: {}\n", state.standing().name(), serde_json::to_string(&answer).unwrap())
    });
    expected.assert_eq(&said.collect::<String>());
}

#[test]
fn every_state_has_its_message() {
    check(
        Some("c9df"),
        expect![[r#"
            requested: {"isAccepted":true,"message":"VERIFICATION_DATA_ACCEPTED"}
            submitting: {"isAccepted":true,"message":"VERIFICATION_DATA_ACCEPTED"}
            answered: {"isAccepted":true,"message":"VERIFICATION_DATA_ACCEPTED"}
            answering: {"isAccepted":true,"message":"VERIFICATION_DATA_ACCEPTED"}
            settling: {"isAccepted":true,"message":"VERIFICATION_DATA_ACCEPTED"}
            in_doubt: {"isAccepted":true,"message":"VERIFICATION_DATA_ACCEPTED"}
            withdrawing: {"isAccepted":true,"message":"VERIFICATION_DATA_ACCEPTED"}
            completed: {"isAccepted":true,"message":"BANK_TRANSFER_COMPLETED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"EXCEED_TRANSFER_LIMIT"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            failed: {"isAccepted":false,"message":"BANK_TRANSFER_FAILED"}
            challenged: {"isAccepted":true,"message":"WAITING_FOR_APP_APPROVAL"}
            challenged: {"isAccepted":true,"message":"WAITING_FOR_SMS_CODE","pageId":"c9df"}
            challenged: {"isAccepted":true,"message":"WAITING_FOR_CARD_CODE","cardCode":["A1","B1","C1"],"pageId":"c9df"}
            challenged: {"isAccepted":true,"message":"WAITING_FOR_CARD_CODE","cardCode":["",""],"pageId":"c9df"}
            challenged: {"isAccepted":true,"message":"WAITING_FOR_SMS_AND_CARD_CODE","cardCode":["A1","B1","C1"],"pageId":"c9df"}
        "#]],
    );
}

#[test]
fn nothing_is_asked_for_without_a_page() {
    let challenged = states().into_iter().filter(|state| state.asked().is_some());
    for state in challenged {
        let answer = serde_json::to_value(transfer_answer(&state, None)).unwrap();
        let is_app = state.asked().unwrap().challenge.kind == ChallengeKind::App;
        let message =
            if is_app { "WAITING_FOR_APP_APPROVAL" } else { "VERIFICATION_DATA_ACCEPTED" };
        assert_eq!(answer, serde_json::json!({"isAccepted": true, "message": message}));
    }
}

#[test]
fn the_last_word_is_as_printed() {
    let amount = Money::new(10_000, Currency::CLP);
    let word = |is_paid| {
        let word = transfer_callback(is_paid, amount, ("bci", "12345678"));
        serde_json::to_string(&word).unwrap()
    };
    expect![[r#"{"isValid":"true","bankName":"bci","moneyAmount":"10000","caseId":"12345678","message":"BANK_TRANSFER_COMPLETED"}"#]]
        .assert_eq(&word(true));
    expect![[r#"{"isValid":"false","bankName":"bci","moneyAmount":"10000","caseId":"12345678","message":"BANK_TRANSFER_FAILED"}"#]]
        .assert_eq(&word(false));
}

fn amount(written: &str) -> Result<i64, String> {
    let body: Transfer = request::read(format!("{{{written}}}").as_bytes()).map_err(said)?;
    pesos(&body.money_amount, "moneyAmount").map_err(said)
}

fn said(Mistake(said): Mistake) -> String {
    said
}

#[test]
fn an_amount_is_whole_pesos() {
    let told = |written: &str| format!("{:?}\n", amount(written));
    let written = [
        "\"moneyAmount\": \"1000\"",
        "\"amount\": \"1000\"",
        "\"moneyAmount\": 1000",
        "\"moneyAmount\": \"99999999999999999999\"",
        "\"moneyAmount\": \"1.000\"",
        "\"moneyAmount\": \"-1000\"",
        "\"moneyAmount\": -1000",
        "\"moneyAmount\": 1000.0",
        "\"moneyAmount\": \"\"",
        "\"moneyAmount\": [\"1000\"]",
        "\"moneyAmount\": \"1000\", \"amount\": \"1000\"",
        "",
    ];
    expect![[r#"
        Ok(1000)
        Ok(1000)
        Ok(1000)
        Ok(9223372036854775807)
        Err("moneyAmount: it must be whole pesos in figures alone, such as \"1000\"")
        Err("moneyAmount: it must be whole pesos in figures alone, such as \"1000\"")
        Err("moneyAmount: it must be whole pesos in figures alone, such as \"1000\"")
        Err("moneyAmount: it must be whole pesos in figures alone, such as \"1000\"")
        Err("moneyAmount: it is mandatory")
        Err("moneyAmount: it must be whole pesos in figures alone, such as \"1000\"")
        Err("moneyAmount: it is there twice")
        Err("moneyAmount: it is mandatory")
    "#]]
    .assert_eq(&written.map(told).concat());
}

#[test]
fn codes_are_texts_in_a_row() {
    let told = |codes: &str| {
        let body: Approval =
            request::read(format!("{{\"cardCode\": {codes}}}").as_bytes()).unwrap();
        let codes = body.card_code.optional_texts("cardCode");
        format!("{:?}\n", codes.map(|codes| codes.map(<[_]>::len)).map_err(|Mistake(said)| said))
    };
    let codes = [
        "[\"11\", \"22\", \"33\"]",
        "[]",
        "null",
        "\"11\"",
        "[11]",
        "[\"11\", null]",
        "[[\"11\"]]",
    ];
    expect![[r#"
        Ok(Some(3))
        Ok(None)
        Ok(None)
        Err("cardCode: it must be an array of texts")
        Err("cardCode: it must be an array of texts")
        Err("cardCode: it must be an array of texts")
        Err("cardCode: it must be an array of texts")
    "#]]
    .assert_eq(&codes.map(told).concat());
}

proptest! {
    #[test]
    fn every_whole_amount_is_read_as_it_is_written(pesos in 0..=i64::MAX) {
        let read = amount(&format!("\"moneyAmount\": \"{pesos}\""));
        prop_assert_eq!(read, Ok(pesos));
        let read = amount(&format!("\"moneyAmount\": {pesos}"));
        prop_assert_eq!(read, Ok(pesos));
    }
}
