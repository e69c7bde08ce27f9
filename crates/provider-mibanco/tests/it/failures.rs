//! What goes wrong at a bank, and what it is told as.

use std::time::Duration;

use cartola_connector::test_kit::{Stage, context};
use cartola_connector::{ConnectorError, Policy};
use expect_test::{Expect, expect};

use crate::bank::Fault;
use crate::conformance::{MiBancoStage, institution};

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
    let stage = MiBancoStage::with_policy(&policy()).await;
    let live = crate::client::open(&stage).await;
    (0..policy().attempts).for_each(|_| stage.bank.fail_next(fault()));
    let error = live.session().accounts().unwrap().accounts(&context()).await.unwrap_err();
    check_error(&error, expected);
    stage.bank.state().faults.clear();
    live.close().await.unwrap();
}

#[tokio::test]
async fn a_failing_bank_is_down() {
    check(
        || answer(503, "<h1>Cerrado</h1>"),
        &expect!["institution_down After(0ns) mibanco.accounts: the bank failed"],
    )
    .await;
    check(
        || answer(500, r#"{"code":"INTERNAL_ERROR","message":"x"}"#),
        &expect!["institution_down After(0ns) mibanco.accounts: the bank failed"],
    )
    .await;
    check(|| Fault::Cut, &expect!["institution_down After(0ns) mibanco.accounts: the connection ended before the answer began"]).await;
}

#[tokio::test]
async fn a_silent_bank_is_timed_out() {
    check(
        || Fault::Hang,
        &expect!["timeout After(0ns) mibanco.accounts: the institution did not answer in time"],
    )
    .await;
}

#[tokio::test]
async fn nonsense_is_called_so_and_not_quoted() {
    check(|| answer(200, r#"{"accounts":[{"account_id":"María"}]}"#), &expect!["provider_answer_invalid After(60s) mibanco.accounts: the answer is not what the bank promises, line 1 column 36"]).await;
    check(|| answer(200, ""), &expect!["provider_answer_invalid After(60s) mibanco.accounts: the answer is not what the bank promises, line 1 column 0"]).await;
    check(|| answer(418, "I am a teapot"), &expect!["provider_answer_invalid After(60s) mibanco.accounts: the bank answers with a status that it has no use for"]).await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let fault = || Fault::Answer {
        status: 302,
        headers: vec![("location", "http://127.0.0.1:9/")],
        body: "",
    };
    check(fault, &expect!["provider_answer_invalid After(60s) mibanco.accounts: the bank answers with a status that it has no use for"]).await;
}

#[tokio::test]
async fn too_many_calls_are_told_with_the_wait_that_the_bank_wants() {
    let fault = || Fault::Answer { status: 429, headers: vec![("retry-after", "120")], body: "" };
    check(fault, &expect!["rate_limited After(120s) mibanco.accounts: the bank takes fewer calls"])
        .await;
}

#[tokio::test]
async fn a_fault_that_passes_is_not_seen() {
    let stage = MiBancoStage::with_policy(&policy()).await;
    let live = crate::client::open(&stage).await;
    stage.bank.fail_next(answer(502, ""));
    stage.bank.fail_next(Fault::Cut);
    let accounts = live.session().accounts().unwrap().accounts(&context()).await.unwrap();
    assert_eq!(accounts.value.len(), 3);
}

#[tokio::test]
async fn a_login_is_not_tried_again_by_itself() {
    for fault in [answer(500, ""), Fault::Hang, Fault::Cut] {
        let stage = MiBancoStage::with_policy(&policy()).await;
        stage.bank.fail_next(fault);
        let opened = stage.registry.open(&institution(), stage.credential(), context()).await;
        assert!(opened.is_err());
        assert_eq!(stage.bank.state().calls.len(), 1);
    }
}

#[tokio::test]
async fn a_locked_customer_is_told_for_how_long() {
    let stage = MiBancoStage::with_policy(&policy()).await;
    for _ in 0..3 {
        let opened = stage.registry.open(&institution(), stage.wrong_credential(), context()).await;
        check_error(
            &opened.err().unwrap(),
            &expect![[
                "credentials_invalid WithNewCredentials mibanco.session.open: the bank refused RUT, password or MI PIN"
            ]],
        );
    }
    let opened = stage.registry.open(&institution(), stage.credential(), context()).await;
    check_error(
        &opened.err().unwrap(),
        &expect![
            "credentials_locked After(1800s) mibanco.session.open: the bank has locked the customer out"
        ],
    );
}

#[tokio::test]
async fn a_bank_that_is_not_there_is_down() {
    let stage = MiBancoStage::with_policy(&policy()).await;
    let nobody = cartola_connector::BaseUrl::parse("http://127.0.0.1:1").unwrap();
    let endpoint = cartola_connector::Endpoint::new(
        institution(),
        nobody,
        &cartola_connector::Transport::new(),
        &policy(),
    );
    let connector = cartola_provider_mibanco::client::MiBanco::new([endpoint]);
    let registry = cartola_connector::Registry::default().with(std::sync::Arc::new(connector));
    let opened = registry.open(&institution(), stage.credential(), context()).await;
    check_error(
        &opened.err().unwrap(),
        &expect![
            "institution_down After(0ns) mibanco.session.open: no connection to the institution"
        ],
    );
}
