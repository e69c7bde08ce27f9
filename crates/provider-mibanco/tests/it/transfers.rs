//! What a bank's answer about a transfer means; the ways of banks are tried against the sandbox.

use bytes::Bytes;
use cartola_connector::{Answer, HeaderMap, StatusCode};
use cartola_model::EndToEndId;
use cartola_provider_mibanco::client::transfer;
use expect_test::{Expect, expect};

fn id() -> EndToEndId {
    EndToEndId::parse("0198c1d2a3b4c5d6e7f8091a2b3c4d5e").unwrap()
}

/// What is made of an answer to a look.
fn looked(status: u16, body: &'static str) -> String {
    let status = StatusCode::from_u16(status).unwrap();
    let answer =
        Answer { status, headers: HeaderMap::new(), body: Bytes::from_static(body.as_bytes()) };
    match transfer::looked(&id(), &answer) {
        Ok(Some(told)) => format!("{:?} {:?}\n", told.state, told.bank_reference),
        Ok(None) => "never heard of\n".to_owned(),
        Err(error) => format!("{}: {}\n", error.kind.name(), error.reason),
    }
}

fn check(answers: &[(u16, &'static str)], expected: &Expect) {
    let told: String = answers.iter().map(|(status, body)| looked(*status, body)).collect();
    expected.assert_eq(&told);
}

#[test]
fn every_standing_is_understood() {
    check(
        &[
            (
                202,
                r#"{"transfer_id":"tr_1","status":"PENDING_AUTHORIZATION","challenge":{"type":"CARD","labels":["A1"],"expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (
                202,
                r#"{"transfer_id":"tr_1","status":"PENDING_AUTHORIZATION","challenge":{"type":"DEVICE","labels":["",""],"expires_at":"2026-11-20T15:05:00Z","attempts_left":1}}"#,
            ),
            (202, r#"{"transfer_id":"tr_1","status":"PROCESSING"}"#),
            (
                200,
                r#"{"transfer_id":"tr_1","status":"COMPLETED","settled_at":"2026-11-20T15:05:00Z"}"#,
            ),
            (200, r#"{"transfer_id":"tr_1","status":"FAILED","failure":"DENIED"}"#),
            (200, r#"{"transfer_id":"tr_1","status":"FAILED","failure":"MOON_PHASE"}"#),
            (200, r#"{"transfer_id":"","status":"FAILED"}"#),
        ],
        &expect![[r#"
            Challenged(Challenge { kind: Card { labels: ["A1"] }, expires_at: 2026-11-20T15:05:00Z, attempts_left: None }) Some("tr_1")
            Challenged(Challenge { kind: Device { fields: 2 }, expires_at: 2026-11-20T15:05:00Z, attempts_left: Some(1) }) Some("tr_1")
            Settling Some("tr_1")
            Completed { settled_at: 2026-11-20T15:05:00Z } Some("tr_1")
            Failed(Denied) Some("tr_1")
            Failed(Other) Some("tr_1")
            Failed(Other) None
        "#]],
    );
}

#[test]
fn what_is_not_understood_says_nothing_about_money() {
    check(
        &[
            (202, r#"{"transfer_id":"tr_1","status":"PENDING_AUTHORIZATION"}"#),
            (
                202,
                r#"{"transfer_id":"tr_1","status":"PENDING_AUTHORIZATION","challenge":{"type":"OATH","expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (
                202,
                r#"{"transfer_id":"tr_1","status":"PENDING_AUTHORIZATION","challenge":{"type":"CARD","expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (
                202,
                r#"{"transfer_id":"tr_1","status":"PENDING_AUTHORIZATION","challenge":{"type":"SMS","labels":["A1"],"expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (200, r#"{"transfer_id":"tr_1","status":"COMPLETED"}"#),
            (200, r#"{"transfer_id":"tr_1","status":"RINGING"}"#),
            (
                200,
                r#"{"transfer_id":"tr_1","status":"PROCESSING","end_to_end_id":"00000000000000000000000000000001"}"#,
            ),
            (200, "<html>"),
        ],
        &expect![[r#"
            provider_answer_invalid: no challenge is told
            provider_answer_invalid: the challenge is of a kind that is not known
            provider_answer_invalid: the codes asked for do not go with the challenge
            provider_answer_invalid: the codes asked for do not go with the challenge
            provider_answer_invalid: when it settled is not told
            provider_answer_invalid: the transfer has a status that is not known
            provider_answer_invalid: the answer is about another transfer than was asked for
            provider_answer_invalid: the answer is not what the bank promises, line 1 column 1
        "#]],
    );
}

#[test]
fn only_the_banks_own_word_says_that_it_never_heard_of_it() {
    check(
        &[
            (404, r#"{"code":"TRANSFER_NOT_FOUND","message":"no"}"#),
            (404, "<html>"),
            (404, r#"{"code":"PRODUCT_NOT_FOUND","message":"no"}"#),
            (409, r#"{"code":"TRANSFER_CONFLICT","message":"no"}"#),
            (503, r#"{"code":"UNAVAILABLE","message":"no"}"#),
        ],
        &expect![[r#"
            never heard of
            provider_answer_invalid: the bank answers with a status that it has no use for
            no_such_product: the customer has no such product
            request_invalid: the bank knows another transfer by that id
            institution_down: the bank is closed for now
        "#]],
    );
}
