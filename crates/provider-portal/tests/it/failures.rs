//! What goes wrong at an institution, and what it is told as.

use cartola_connector::session::RecordQuery;
use cartola_connector::test_kit::{Stage, context};
use cartola_connector::{ConnectorError, ErrorKind, LiveSession, RetryAdvice};
use cartola_model::RecordKind;
use expect_test::{Expect, expect};

use crate::conformance::{PortalStage, credential};

async fn open(stage: &PortalStage) -> Result<LiveSession, ConnectorError> {
    stage.registry.open(&stage.institution(), stage.credential(), context()).await
}

async fn refused(stage: &PortalStage, live: &LiveSession, kind: RecordKind) -> ConnectorError {
    let query = RecordQuery { kind, days: stage.period() };
    live.session().records().unwrap().record(&query, &context()).await.unwrap_err()
}

fn shown(error: &ConnectorError) -> String {
    format!("{} {:?} {error}", error.kind.name(), error.retry)
}

/// Lets a reading of the debts meet that answer.
async fn check(status: u16, body: &str, expected: &Expect) {
    let stage = PortalStage::cmf().await;
    let live = open(&stage).await.unwrap();
    stage.server.state().fault = Some((status, body.to_owned()));
    expected.assert_eq(&shown(&refused(&stage, &live, RecordKind::Debts).await));
    live.close().await.unwrap();
    assert_eq!(stage.open_sessions(), 0);
}

#[tokio::test]
async fn a_refusal_is_told_by_its_code_or_its_status() {
    let code = |code: &str| format!(r#"{{"code":"{code}","message":"x","retry_after":120}}"#);
    check(
        500,
        &code("INTERNAL_ERROR"),
        &expect!["institution_down After(120s) portal.debts: the institution failed"],
    )
    .await;
    check(
        503,
        &code("UNAVAILABLE"),
        &expect!["institution_down After(120s) portal.debts: the institution is closed for now"],
    )
    .await;
    check(
        429,
        &code("RATE_LIMITED"),
        &expect!["rate_limited After(120s) portal.debts: the institution takes fewer calls"],
    )
    .await;
    check(
        423,
        &code("CREDENTIALS_LOCKED"),
        &expect![
            "credentials_locked After(120s) portal.debts: the institution has locked the person out"
        ],
    )
    .await;
    check(
        404,
        &code("PRODUCT_NOT_FOUND"),
        &expect!["no_such_product Never portal.debts: the person has no such product"],
    )
    .await;
    check(
        400,
        &code("INVALID_REQUEST"),
        &expect![
            "request_invalid Never portal.debts: the institution finds a field of the request wrong"
        ],
    )
    .await;
    check(
        503,
        "<h1>Cerrado</h1>",
        &expect!["institution_down After(0ns) portal.debts: the institution failed"],
    )
    .await;
    check(404, "", &expect!["provider_answer_invalid After(60s) portal.debts: the institution answers with a status that it has no use for"]).await;
}

#[tokio::test]
async fn nonsense_is_called_so_and_not_quoted() {
    check(200, r#"{"rut":"12.345.678-5","name":7}"#, &expect!["provider_answer_invalid After(60s) portal.debts: the answer is not what the institution promises, line 1 column 30"]).await;
    check(200, "", &expect!["provider_answer_invalid After(60s) portal.debts: the answer is not what the institution promises, line 1 column 0"]).await;
    let many = format!(r#"{{"direct_debts":[{}]}}"#, "1,".repeat(5));
    check(200, &many, &expect!["provider_answer_invalid After(60s) portal.debts: the answer is not what the institution promises, line 1 column 18"]).await;
}

#[tokio::test]
async fn a_list_without_end_is_not_believed() {
    let stage = PortalStage::of("servipag").await;
    let live = open(&stage).await.unwrap();
    let account = r#"{"company":"A","category":"B","client_number":"1","bills":[]}"#;
    let accounts = vec![account; 5_001].join(",");
    let body = format!(r#"{{"service_accounts":[{accounts}]}}"#);
    stage.server.state().fault = Some((200, body));
    let error = refused(&stage, &live, RecordKind::ServiceAccounts).await;
    expect!["provider_answer_invalid After(60s) portal.service_accounts: a list of the answer has more rows than anybody has"].assert_eq(&shown(&error));
}

#[tokio::test]
async fn a_token_that_ran_out_is_not_renewed() {
    let stage = PortalStage::afc().await;
    let live = open(&stage).await.unwrap();
    stage.server.state().sessions.clear();
    let error = refused(&stage, &live, RecordKind::AfcEmployers).await;
    assert_eq!((error.kind, error.retry), (ErrorKind::SessionEnded, RetryAdvice::WithNewSession));
    live.close().await.unwrap();
    let calls = stage.server.state().calls.join("\n");
    expect![[r#"
        POST /api/v1/session
        GET /api/v1/employers
        DELETE /api/v1/session"#]]
    .assert_eq(&calls);
}

#[tokio::test]
async fn a_product_of_another_institution_is_not_asked_for() {
    let stage = PortalStage::cmf().await;
    let live = open(&stage).await.unwrap();
    for kind in [RecordKind::TaxFolder, RecordKind::Mortgages] {
        assert_eq!(refused(&stage, &live, kind).await.kind, ErrorKind::Unsupported);
    }
    assert_eq!(stage.server.state().calls.len(), 1);
}

#[tokio::test]
async fn a_locked_person_is_told_without_an_end_of_the_lock() {
    let stage = PortalStage::cmf().await;
    for _ in 0..3 {
        let opened =
            stage.registry.open(&stage.institution(), stage.wrong_credential(), context()).await;
        assert_eq!(opened.err().unwrap().kind, ErrorKind::CredentialsInvalid);
    }
    expect![
        "credentials_locked Never portal.session.open: the institution has locked the person out"
    ]
    .assert_eq(&shown(&open(&stage).await.err().unwrap()));
}

#[tokio::test]
async fn a_password_that_the_catalogue_excludes_is_not_sent() {
    let stage = PortalStage::of("sii").await;
    for password in ["a234567", "a2345678901"] {
        let opened =
            stage.registry.open(&stage.institution(), credential(password), context()).await;
        assert_eq!(opened.err().unwrap().kind, ErrorKind::RequestInvalid);
    }
    assert!(stage.server.state().calls.is_empty());
}
