//! What goes wrong at an institution, and what it is told as.

use std::time::Duration;

use cartola_connector::test_kit::{Stage, context};
use cartola_connector::{ConnectorError, Policy};
use expect_test::{Expect, expect};

use crate::bank::Fault;
use crate::conformance::{ApiStoreStage, institution};

/// Waits that a test can wait for.
fn policy() -> Policy {
    Policy {
        attempt: Duration::from_millis(200),
        backoff: Duration::from_millis(1),
        interval: Duration::ZERO,
        ..Policy::default()
    }
}

fn check_error(error: &ConnectorError, expected: &Expect) {
    let ConnectorError { kind, retry, .. } = error;
    expected.assert_eq(&format!("{} {retry:?} {error}", kind.name()));
}

const fn answer(status: u16, body: &'static str) -> Fault {
    Fault::Answer { status, headers: Vec::new(), body }
}

/// Lets every attempt at reading the accounts meet the fault.
async fn check(fault: impl Fn() -> Fault, expected: &Expect) {
    let stage = ApiStoreStage::with_policy(&policy()).await;
    let live = crate::client::open(&stage).await;
    (0..policy().attempts).for_each(|_| stage.bank.fail_next(fault()));
    let error = live.session().accounts().unwrap().accounts(&context()).await.unwrap_err();
    check_error(&error, expected);
}

#[tokio::test]
async fn a_failing_institution_is_down() {
    let down = expect!["institution_down After(0ns) apistore.balance: the institution failed"];
    check(|| answer(503, "<h1>Cerrado</h1>"), &down).await;
    check(|| answer(500, r#"{"error":"server_error"}"#), &down).await;
    check(
        || Fault::Hang,
        &expect!["timeout After(0ns) apistore.balance: the institution did not answer in time"],
    )
    .await;
}

#[tokio::test]
async fn nonsense_is_called_so_and_not_quoted() {
    check(|| answer(200, r#"{"account_id":"00-123-45678-90","movements":[{"date":"María"}]}"#), &expect!["provider_answer_invalid After(60s) apistore.balance: the answer is not what was promised, line 1 column 62"]).await;
    check(|| answer(200, r#"{"account_id":"00-123-45678-90","movements":[],"balance":{"amount":1e3,"currency":"CLP"}}"#), &expect!["provider_answer_invalid After(60s) apistore.balance: the answer is not what was promised, line 1 column 70"]).await;
    check(|| answer(200, r#"{"account_id":"00-123-45678-90","movements":[],"balance":{"amount":1.5,"currency":"CLP"}}"#), &expect!["provider_answer_invalid After(60s) apistore.balance: an amount is none of the account's currency"]).await;
    check(|| answer(200, r#"{"account_id":"7","movements":[]}"#), &expect!["provider_answer_invalid After(60s) apistore.balance: the answer is of another account than was asked for"]).await;
    check(|| answer(418, "I am a teapot"), &expect!["provider_answer_invalid After(60s) apistore.balance: the institution answers with a status that it has no use for"]).await;
}

#[tokio::test]
async fn too_many_calls_are_told_with_the_wait_that_is_wanted() {
    let fault = || Fault::Answer {
        status: 429,
        headers: vec![("retry-after", "120")],
        body: r#"{"error":"rate_limit_exceeded"}"#,
    };
    check(
        fault,
        &expect!["rate_limited After(120s) apistore.balance: the institution takes fewer calls"],
    )
    .await;
}

#[tokio::test]
async fn what_passes_is_waited_for_and_not_seen() {
    let stage = ApiStoreStage::with_policy(&policy()).await;
    stage.bank.fail_next(answer(502, ""));
    let live = crate::client::open(&stage).await;
    stage.bank.fail_next(Fault::Answer {
        status: 429,
        headers: vec![("retry-after", "1")],
        body: "",
    });
    #[allow(clippy::disallowed_methods, reason = "a wait is monotonic time")]
    let began = tokio::time::Instant::now();
    let accounts = live.session().accounts().unwrap().accounts(&context()).await.unwrap();
    assert_eq!(accounts.value.len(), 2);
    assert!(began.elapsed() >= Duration::from_secs(1), "it did not wait as long as it was told");
}

#[tokio::test]
async fn a_wrong_secret_is_told_as_that() {
    let stage = ApiStoreStage::with_policy(&policy()).await;
    let opened = stage.registry.open(&institution(), stage.wrong_credential(), context()).await;
    check_error(
        &opened.err().unwrap(),
        &expect![[
            "credentials_invalid WithNewCredentials apistore.token: the institution refused client_id or client_secret"
        ]],
    );
    assert_eq!(stage.bank.state().calls.len(), 1, "a wrong secret is tried once");
}
