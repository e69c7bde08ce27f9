//! Reading and revoking consents.

use expect_test::expect;

use crate::statement::march;
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

/// The findings and the listed period of an import that has gaps and prints its totals.
async fn money_of(world: &World, import: &str) -> String {
    let detail = world.read(&format!("/v1/imports/{import}")).await;
    let list = world.read("/v1/imports").await;
    let listed = list["data"].as_array().unwrap().iter().find(|row| row["id"] == import).unwrap();
    let told = ["consent_ended", "period", "gaps", "gap_count"].map(|name| &detail[name]);
    let listed = ["consent_ended", "period"].map(|name| &listed[name]);
    serde_json::to_string(&(told, listed)).unwrap()
}

#[tokio::test]
async fn an_import_tells_no_amount_once_its_consent_has_ended() {
    let world = World::new().await;
    let rows = ["2026-03-05;booked;COMPRA;-10;990", "2026-03-06;booked;GIRO;-10;970"];
    let first = world.upload(march(1, &rows)).await.json()["imports"][0].take();
    let second = world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;970"]).await;
    let [first_id, second_id] = [&first, &second].map(|report| text(report, "/id"));
    let before = money_of(&world, first_id).await;
    expect![[r#"[[false,{"closing":970,"from":"2026-03-01","opening":1000,"to":"2026-03-31"},[{"expected":980,"found":970,"on":"2026-03-06","place":"line 3"}],1],[false,{"closing":970,"from":"2026-03-01","opening":1000,"to":"2026-03-31"}]]"#]].assert_eq(&before);
    let other = money_of(&world, second_id).await;
    let path = format!("/v1/consents/{}/revoke", text(&first, "/consent_id"));
    assert_eq!(world.post(&path, "").await.status, 200);
    expect!["[[true,null,null,1],[true,null]]"].assert_eq(&money_of(&world, first_id).await);
    assert_eq!(money_of(&world, second_id).await, other, "its own consent holds");
}

#[tokio::test]
async fn what_a_source_said_is_withheld_once_its_own_consent_has_ended() {
    let world = World::new().await;
    let first = world.import(&["5;COMPRA;-10;990"]).await;
    world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;980"]).await;
    let list = world.read("/v1/movements?order=oldest_first").await;
    let why = format!("/v1/movements/{}/why", text(&list, "/data/0/id"));
    let told = async || {
        let why = world.read(&why).await;
        let sources = why["sources"].as_array().unwrap().iter();
        let told = sources.map(|source| (source["withheld"] == true, source["says"].is_object()));
        told.collect::<Vec<_>>()
    };
    assert_eq!(told().await, [(false, true), (false, true)]);
    let path = format!("/v1/consents/{}/revoke", text(&first, "/consent_id"));
    assert_eq!(world.post(&path, "").await.status, 200);
    assert_eq!(told().await, [(true, false), (false, true)]);
}

#[tokio::test]
async fn an_unknown_consent_is_not_found() {
    let world = World::new().await;
    let id = format!("con_{}", "0".repeat(32));
    assert_eq!(world.get(&format!("/v1/consents/{id}")).await.refusal(), "404 not_found consent");
    let answer = world.post(&format!("/v1/consents/{id}/revoke"), "").await;
    assert_eq!(answer.refusal(), "404 not_found consent");
}
