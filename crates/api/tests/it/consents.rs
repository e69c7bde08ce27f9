//! Reading and revoking consents.

use expect_test::expect;

use crate::world::{World, text};

#[tokio::test]
async fn a_consent_says_what_it_allows_and_what_proves_it() {
    let world = World::new().await;
    let report = world.import(&["5;COMPRA;-10;990"]).await;
    let list = world.read("/v1/consents").await;
    let mut consent = list["data"][0].clone();
    let id = text(&report, "/consent_id");
    assert_eq!(text(&consent, "/id"), id);
    assert_eq!(world.read(&format!("/v1/consents/{id}")).await, consent);
    for volatile in ["id", "link_id", "person_id", "evidence"] {
        consent[volatile] = "…".into();
    }
    expect![[r#"
        {
          "evidence": "…",
          "granted_at": "2026-04-10T15:00:00Z",
          "id": "…",
          "institution": "banco-chile",
          "kind": "file_import",
          "link_id": "…",
          "person_id": "…",
          "purpose": "statement file imported by the tenant",
          "state": "granted"
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&consent).unwrap());
}

#[tokio::test]
async fn revoking_ends_what_only_that_consent_allowed() {
    let world = World::new().await;
    let first = world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;980"]).await;
    let second = world.import(&["6;GIRO;-10;980", "7;PAGO;-10;970"]).await;
    let path = format!("/v1/consents/{}/revoke", text(&first, "/consent_id"));
    let answer = world.post(&path, "").await;
    assert_eq!(answer.status, 200);
    let consent = answer.json();
    assert_eq!(text(&consent, "/state"), "revoked");
    assert_eq!(text(&consent, "/ended_at"), "2026-04-10T15:00:00Z");
    assert_eq!(world.told().await, ["2026-03-06 -10 GIRO", "2026-03-07 -10 PAGO"]);
    assert_eq!(world.post(&path, "").await.refusal(), "409 consent_ended");
    let path = format!("/v1/consents/{}/revoke", text(&second, "/consent_id"));
    assert_eq!(world.post(&path, "{}").await.status, 200);
    assert!(world.told().await.is_empty());
    assert!(world.read("/v1/accounts").await["data"].as_array().unwrap().is_empty());
    assert!(world.read("/v1/balances").await["data"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn an_unknown_consent_is_not_found() {
    let world = World::new().await;
    let id = format!("con_{}", "0".repeat(32));
    assert_eq!(world.get(&format!("/v1/consents/{id}")).await.refusal(), "404 not_found consent");
    let answer = world.post(&format!("/v1/consents/{id}/revoke"), "").await;
    assert_eq!(answer.refusal(), "404 not_found consent");
}
