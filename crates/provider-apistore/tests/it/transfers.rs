//! Payments and deposits through a session, and what answers about them mean.

use std::time::Duration;

use bytes::Bytes;
use cartola_connector::session::{ChallengeAnswer, MakeTransfers};
use cartola_connector::test_kit::context;
use cartola_connector::{
    Answer, Connector, Credential, ErrorKind, HeaderMap, LiveSession, Policy, StatusCode,
};
use cartola_model::{
    AccountNumber, EndToEndId, InstitutionId, TransferFailure, TransferOrder, TransferPayee,
    TransferState, TransferTold,
};
use cartola_primitives::{Currency, Money, Rut};
use cartola_provider_apistore::client::{ApiStore, PaysBy, transfer};
use expect_test::{Expect, expect};
use serde_json::{Value, json};

use crate::bank::{Fault, PESOS};
use crate::conformance::ApiStoreStage;

const ID: &str = "0198c1d2a3b4c5d6e7f8091a2b3c4d5e";

fn id() -> EndToEndId {
    EndToEndId::parse(ID).unwrap()
}

fn order(pesos: i64) -> TransferOrder {
    TransferOrder {
        end_to_end_id: id(),
        from: AccountNumber::parse(PESOS).unwrap(),
        to: TransferPayee {
            institution: InstitutionId::parse("banco-santander").unwrap(),
            account: AccountNumber::parse("0-000-12-34567-8").unwrap(),
            rut: Rut::parse("11.111.111-1").unwrap(),
            name: "Ana Soto".to_owned(),
        },
        amount: Money::new(pesos, Currency::CLP),
        comment: Some("Factura 4711".to_owned()),
    }
}

/// Waits that a test can wait for.
async fn stage() -> ApiStoreStage {
    ApiStoreStage::with_policy(&Policy {
        attempt: Duration::from_millis(500),
        backoff: Duration::from_millis(1),
        interval: Duration::ZERO,
        ..Policy::default()
    })
    .await
}

const fn answer(status: u16, body: &'static str) -> Fault {
    Fault::Answer { status, headers: Vec::new(), body }
}

const fn answer_after(status: u16, body: &'static str) -> Fault {
    Fault::AnswerAfter { status, body }
}

fn maker(live: &LiveSession) -> &dyn MakeTransfers {
    live.session().transfers().unwrap()
}

#[test]
fn a_payment_is_asked_for_by_its_key() {
    for (by, path) in [(PaysBy::Payments, "/api/pagos"), (PaysBy::Deposits, "/api/abono-en-linea")]
    {
        let request = transfer::begin(by, &order(25_000)).unwrap();
        assert_eq!(
            (request.path.as_str(), &request.headers["idempotency-key"]),
            (path, &ID.parse().unwrap())
        );
        expect![[r#"{"account_id":"00-123-45678-90","amount":25000,"currency":"CLP","counterparty":{"name":"Ana Soto","rut":"11111111-1","bank":"037","account_id":"0-000-12-34567-8"},"description":"Factura 4711","reference":"0198c1d2a3b4c5d6e7f8091a2b3c4d5e"}"#]]
            .assert_eq(std::str::from_utf8(&request.body).unwrap());
    }
}

/// The money moves, and the answer is lost: nothing is sent again, and a look tells.
#[tokio::test]
async fn an_answer_that_is_lost_is_looked_for_and_not_asked_for_again() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    for fault in [Fault::CutAfter, answer_after(503, ""), answer_after(429, "")] {
        stage.bank.state().payments.clear();
        stage.bank.state().calls.clear();
        stage.bank.fail_next(fault);
        let error = maker(&live).begin(&order(25_000), &context()).await.unwrap_err();
        assert!(!error.unsent, "{error}");
        let told = maker(&live).look(&id(), &context()).await.unwrap().unwrap();
        assert!(matches!(told.state, TransferState::Completed { .. }), "{told:?}");
        assert_eq!(told.bank_reference.as_deref(), Some("TEFMBCO1"));
        let held = stage.bank.state();
        assert_eq!(held.payments.len(), 1);
        assert_eq!(held.calls.iter().filter(|call| *call == "POST /api/pagos").count(), 1);
    }
}

/// What has to be approved first, or may not be done, was not begun: it failed, and nobody is in doubt.
#[tokio::test]
async fn what_is_refused_in_its_own_words_has_failed() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    for body in [r#"{"error":"authorization_required"}"#, r#"{"error":"insufficient_scope"}"#] {
        stage.bank.fail_next(answer(403, body));
        let told = maker(&live).begin(&order(25_000), &context()).await.unwrap();
        assert!(matches!(told.state, TransferState::Failed(_)), "{body}: {told:?}");
    }
}

/// A token that is not taken is no word about the payment, and neither is what is said to the second
/// call: the first one may have begun it.
#[tokio::test]
async fn a_refusal_of_what_was_sent_before_says_nothing_about_money() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    stage.bank.fail_next(answer_after(401, r#"{"error":"invalid_token"}"#));
    // The token is renewed; what is asked again is refused.
    stage.bank.fail_later(1, answer(409, r#"{"error":"account_not_enabled"}"#));
    let error = maker(&live).begin(&order(25_000), &context()).await.unwrap_err();
    assert!(!error.unsent, "{error}");
    let told = maker(&live).look(&id(), &context()).await.unwrap().unwrap();
    assert!(matches!(told.state, TransferState::Completed { .. }), "{told:?}");
}

#[tokio::test]
async fn nothing_is_unsent_once_it_was_answered() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    stage.bank.fail_next(answer_after(401, ""));
    for _ in 0..3 {
        stage.bank.fail_next(answer(503, ""));
    }
    let error = maker(&live).begin(&order(25_000), &context()).await.unwrap_err();
    assert!(!error.unsent, "{error}");
}

/// Without a token the order has not left, whatever the institution says of tokens.
#[tokio::test]
async fn an_order_for_which_there_is_no_token_was_not_sent() {
    let stage = stage().await;
    stage.bank.state().lasts = 0;
    let live = crate::client::open(&stage).await;
    for _ in 0..3 {
        stage.bank.fail_next(answer(503, ""));
    }
    let error = maker(&live).begin(&order(25_000), &context()).await.unwrap_err();
    assert!(error.unsent, "{error}");
    assert!(stage.bank.state().calls.iter().all(|call| call == "POST /oauth/token"));
}

#[tokio::test]
async fn a_transfer_is_asked_about_by_the_product_that_made_it() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    let session = live.session();
    assert_eq!(maker(&live).route(), "apistore/pagos");
    for (route, path) in [
        ("apistore/pagos", format!("GET /api/pagos/clave/{ID}")),
        ("apistore/abono-en-linea", format!("GET /api/abono-en-linea/clave/{ID}")),
    ] {
        let maker = session.transfers_by(route).unwrap();
        assert_eq!(maker.route(), route);
        assert_eq!(maker.look(&id(), &context()).await.unwrap(), None);
        assert_eq!(stage.bank.state().calls.last().unwrap(), &path);
    }
    for route in ["mibanco/transfer", "apistore-gateway/lotes", ""] {
        assert!(session.transfers_by(route).is_none(), "{route}");
    }
}

#[test]
fn a_client_is_known_by_its_id() {
    let stage = |id: &str, secret: &str| {
        Credential::default()
            .with("client_id", id.to_owned())
            .with("client_secret", secret.to_owned())
    };
    let connector = ApiStore::new([]);
    let opener = connector.opener().unwrap();
    assert!(opener.is_same_client(&stage("a", "1"), &stage("a", "2")));
    assert!(!opener.is_same_client(&stage("a", "1"), &stage("b", "1")));
}

#[tokio::test]
async fn another_order_under_the_same_id_is_refused() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    maker(&live).begin(&order(25_000), &context()).await.unwrap();
    let error = maker(&live).begin(&order(26_000), &context()).await.unwrap_err();
    assert_eq!((error.kind, error.unsent), (ErrorKind::RequestInvalid, false));
}

#[tokio::test]
async fn what_is_refused_in_words_has_failed() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    let told = maker(&live).begin(&order(1_001), &context()).await.unwrap();
    let failed = TransferState::Failed(TransferFailure::Other);
    assert_eq!(told, TransferTold { state: failed, bank_reference: None });
}

#[tokio::test]
async fn what_was_never_heard_of_is_taken_back_for_good() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    let maker = maker(&live);
    assert_eq!(maker.look(&id(), &context()).await.unwrap(), None);
    let withdrawn = maker.withdraw(&id(), &context()).await.unwrap();
    assert_eq!(withdrawn.state, TransferState::Failed(TransferFailure::Withdrawn));
    assert_eq!(maker.look(&id(), &context()).await.unwrap(), Some(withdrawn));
    let late = maker.begin(&order(25_000), &context()).await.unwrap_err();
    assert_eq!(late.kind, ErrorKind::RequestInvalid);
}

/// `PENDING` may be before its bank has heard of it: somebody who gave it up would see it paid.
#[tokio::test]
async fn what_is_to_be_taken_back_is_asked_about_until_it_has_ended() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    let stands = |status: &str| {
        let told = json!({"reference": ID, "status": status, "reason": "withdrawn",
            "authorization": {"type": "app", "expires_at": "2026-11-20T15:05:00Z"}});
        stage.bank.state().payments.insert(ID.to_owned(), (Value::Null, told));
    };
    for status in ["PENDING", "IN_DOUBT", "AUTHORIZATION_REQUIRED"] {
        stands(status);
        let error = maker(&live).withdraw(&id(), &context()).await.unwrap_err();
        assert_eq!((error.kind, error.unsent), (ErrorKind::Timeout, false), "{status}");
    }
    stands("FAILED");
    let told = maker(&live).withdraw(&id(), &context()).await.unwrap();
    assert_eq!(told.state, TransferState::Failed(TransferFailure::Withdrawn));
}

/// An institution may tell of payments by their key and take none back.
#[tokio::test]
async fn what_cannot_be_taken_back_ends_when_it_is_seen_to() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    maker(&live).begin(&order(25_000), &context()).await.unwrap();
    stage.bank.fail_next(answer(404, r#"{"error":"not_found"}"#));
    let told = maker(&live).withdraw(&id(), &context()).await.unwrap();
    assert!(matches!(told.state, TransferState::Completed { .. }), "{told:?}");
    // Of what it tells nothing either, nobody knows.
    stage.bank.state().payments.clear();
    stage.bank.fail_next(answer(404, "<html>"));
    let error = maker(&live).withdraw(&id(), &context()).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Unsupported);
}

#[tokio::test]
async fn codes_are_refused_before_anything_is_sent() {
    let stage = stage().await;
    let live = crate::client::open(&stage).await;
    let answer = ChallengeAnswer::typed(Some("123456"), None::<[&str; 0]>);
    let error = maker(&live).answer(&id(), &answer, &context()).await.unwrap_err();
    assert_eq!((error.kind, error.unsent), (ErrorKind::RequestInvalid, true));
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
            (200, r#"{"status":"PENDING"}"#),
            (200, r#"{"status":"IN_DOUBT"}"#),
            (
                200,
                r#"{"status":"AUTHORIZATION_REQUIRED","authorization":{"type":"app","expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (
                200,
                r#"{"status":"AUTHORIZATION_REQUIRED","authorization":{"type":"sms","expires_at":"2026-11-20T15:05:00Z"}}"#,
            ),
            (
                200,
                r#"{"status":"COMPLETED","completed_at":"2026-11-20T15:05:00Z","bank_reference":"TEF1"}"#,
            ),
            (200, r#"{"status":"FAILED","reason":"insufficient_funds"}"#),
            (200, r#"{"status":"FAILED","reason":"moon_phase"}"#),
        ],
        &expect![[r#"
            Settling None
            Settling None
            Challenged(Challenge { kind: App, expires_at: 2026-11-20T15:05:00Z, attempts_left: None }) None
            Settling None
            Completed { settled_at: 2026-11-20T15:05:00Z } Some("TEF1")
            Failed(InsufficientFunds) None
            Failed(Other) None
        "#]],
    );
}

#[test]
fn what_is_not_understood_says_nothing_about_money() {
    check(
        &[
            (404, r#"{"error":"not_found"}"#),
            (404, "<html>"),
            (200, r#"{"status":"COMPLETED"}"#),
            (200, r#"{"status":"RINGING"}"#),
            (200, r#"{"status":"PENDING","reference":"00000000000000000000000000000001"}"#),
            (503, r#"{"error":"temporarily_unavailable"}"#),
            (403, r#"{"error":"insufficient_scope"}"#),
            (403, r#"{"error":"authorization_required"}"#),
        ],
        &expect![[r#"
            never heard of
            provider_answer_invalid: the institution answers with a status that it has no use for
            provider_answer_invalid: when it was paid is not told
            provider_answer_invalid: the payment has a status that is not known
            provider_answer_invalid: the answer is about another payment than was asked for
            institution_down: the institution is closed for now
            request_invalid: the client may not do this at the institution
            challenge_required: the account's holder has to approve this payment on their phone first
        "#]],
    );
}
