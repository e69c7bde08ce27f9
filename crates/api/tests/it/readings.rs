//! Readings of links, as far as they go where nobody runs jobs.

use std::fmt::Write as _;

use cartola_primitives::SignedDuration;
use expect_test::expect;
use serde_json::json;

use crate::bank::{RUT, wanted};
use crate::world::{World, text};

#[tokio::test]
async fn a_reading_waits_under_its_id_until_somebody_cancels_it() {
    let world = World::new().await;
    let link = world.begin_link().await;
    let asked = world.request_reading(&link, "").await;
    assert_eq!(asked.status, 202);
    let id = text(&asked.json(), "/id").to_owned();
    assert_eq!(
        asked.json(),
        json!({
            "id": id, "link_id": link, "state": "waiting", "requested_at": "2026-04-10T15:00:00Z",
        })
    );
    let path = format!("/v1/readings/{id}");
    assert_eq!(world.read(&path).await, asked.json());
    let cancel = format!("{path}/cancel");
    let cancelled = world.post_keyed(&cancel, "", Some("k")).await;
    assert_eq!(
        (cancelled.status.as_u16(), cancelled.json()),
        (202, json!({"id": id, "ended": true}))
    );
    let again = world.post_keyed(&cancel, "", Some("k")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(world.post(&cancel, "").await.refusal(), "409 reading_ended");
    let ended = world.read(&format!("{path}?wait=55")).await;
    assert_eq!(
        ended,
        json!({
            "id": id, "link_id": link, "state": "cancelled", "requested_at": "2026-04-10T15:00:00Z",
            "ended_at": "2026-04-10T15:00:00Z",
        })
    );
}

/// Begins a reading under a mandate that is withdrawn while it waits.
#[tokio::test]
async fn what_is_withdrawn_cancels_and_is_told() {
    let world = World::new().await;
    let begun = world.post("/v1/links", &wanted(&json!({}))).await.json();
    let link = text(&begun, "/id");
    let asked = world.request_reading(link, "{}").await.json();
    let revoke = format!("/v1/consents/{}/revoke", text(&begun, "/mandate/consent_id"));
    assert_eq!(world.post(&revoke, "").await.status, 200);
    let ended = world.read(&format!("/v1/readings/{}", text(&asked, "/id"))).await;
    assert_eq!(ended["state"], "cancelled");
    assert_eq!(ended["failure"]["class"], "consent_revoked");
    assert_eq!(ended["failure"]["retry"], json!({"advice": "after_change"}));
    assert_eq!(world.request_reading(link, "").await.refusal(), "409 mandate_ended");
}

#[tokio::test]
async fn a_mandate_that_has_run_out_allows_no_reading() {
    let world = World::new().await;
    let begun = world.post("/v1/links", &wanted(&json!({"days": 1}))).await.json();
    world.clock.advance(SignedDuration::from_hours(48));
    let refused = world.request_reading(text(&begun, "/id"), "").await;
    assert_eq!(refused.refusal(), "409 mandate_expired");
}

/// Beginning the link again would not help while a block holds, and its mandate has not ended.
#[tokio::test]
async fn nothing_is_read_while_a_block_holds() {
    let world = World::new().await;
    let link = world.begin_link().await;
    let asked = json!({"kind": "block", "rut": RUT, "text": "Pido un bloqueo."});
    let matter = world.post("/v1/matters", &asked.to_string()).await;
    assert_eq!(matter.status, 201);
    let refused = world.request_reading(&link, "").await;
    assert_eq!(refused.refusal(), "409 person_blocked");
    let decided = json!({"decision": "deny", "text": "No corresponde."}).to_string();
    let path = format!("/v1/matters/{}/decide", text(&matter.json(), "/id"));
    assert_eq!(world.post(&path, &decided).await.status, 200);
    assert_eq!(world.request_reading(&link, "{}").await.status, 202);
}

#[tokio::test]
async fn the_same_call_again_is_the_same_reading() {
    let world = World::new().await;
    let path = format!("/v1/links/{}/readings", world.begin_link().await);
    let body = r#"{"from":"2026-03-01","to":"2026-03-31","products":["movements","cards"]}"#;
    let first = world.post_keyed(&path, body, Some("k")).await;
    let again = world.post_keyed(&path, body, Some("k")).await;
    assert_eq!((again.status.as_u16(), again.header("idempotent-replayed")), (202, "true"));
    assert_eq!(first.json(), again.json());
    let other = world.post_keyed(&path, "{}", Some("k")).await;
    assert_eq!(other.refusal(), "422 idempotency_key_reused");
    let another = world.post(&path, body).await.json();
    assert_ne!(another["id"], first.json()["id"]);
}

#[tokio::test]
async fn a_reading_that_cannot_be_is_refused_with_a_reason() {
    let world = World::new().await;
    let link = world.begin_link().await;
    let cases = [
        r#"{"from":"2026-02-31"}"#,
        r#"{"to":20260301}"#,
        r#"{"from":"2026-04-02","to":"2026-04-01"}"#,
        r#"{"from":"2020-01-01"}"#,
        r#"{"products":[]}"#,
        r#"{"products":["all","cards"]}"#,
        r#"{"products":["everything"]}"#,
        r#"{"products":["debts","tax_folder"]}"#,
        r#"{"product":"cards"}"#,
        "[]",
        "null",
    ];
    let mut told = String::new();
    for body in cases {
        let answer = world.request_reading(&link, body).await;
        let problem = answer.json();
        let detail = text(&problem, "/detail");
        writeln!(told, "{body}: {} | {detail}", answer.refusal()).unwrap();
    }
    expect![[r#"
        {"from":"2026-02-31"}: 422 json_invalid from | `from`: expected a day of the calendar as YYYY-MM-DD, of the years 1900 to 2199.
        {"to":20260301}: 422 json_invalid to | The body, at line 1, column 14, in `to`: expected a text.
        {"from":"2026-04-02","to":"2026-04-01"}: 422 json_invalid from | `from`: it lies after `to`.
        {"from":"2020-01-01"}: 422 json_invalid from | `from`: it lies too many days before `to`.
        {"products":[]}: 422 json_invalid products | `products`: expected `all` alone, or some of: `movements`, `identity`, `service_accounts`, `beneficiaries`, `debit_mandates`, `card_mandates`, `transfers`, `consumer_loans`, `mortgages`, `cards`, `credit_lines`, `investments`, `tax_folder`, `tax_status`, `debts`, `afc_contributions`, `afc_employers`, `afc_affiliate`, `crypto_holdings`, `instalment_plans`, `withdrawals`, `authorization_events`.
        {"products":["all","cards"]}: 422 json_invalid products | `products`: expected `all` alone, or some of: `movements`, `identity`, `service_accounts`, `beneficiaries`, `debit_mandates`, `card_mandates`, `transfers`, `consumer_loans`, `mortgages`, `cards`, `credit_lines`, `investments`, `tax_folder`, `tax_status`, `debts`, `afc_contributions`, `afc_employers`, `afc_affiliate`, `crypto_holdings`, `instalment_plans`, `withdrawals`, `authorization_events`.
        {"products":["everything"]}: 422 json_invalid products | `products`: expected `all` alone, or some of: `movements`, `identity`, `service_accounts`, `beneficiaries`, `debit_mandates`, `card_mandates`, `transfers`, `consumer_loans`, `mortgages`, `cards`, `credit_lines`, `investments`, `tax_folder`, `tax_status`, `debts`, `afc_contributions`, `afc_employers`, `afc_affiliate`, `crypto_holdings`, `instalment_plans`, `withdrawals`, `authorization_events`.
        {"products":["debts","tax_folder"]}: 422 products_not_offered | None of the products that were asked for is told by the link's institution.
        {"product":"cards"}: 422 json_invalid | The body, at line 1, column 10: a field is unknown; known are `from`, `to`, `products`.
        []: 422 json_invalid | The body is not an object.
        null: 422 json_invalid | The body is not an object.
    "#]].assert_eq(&told);
}

#[tokio::test]
async fn what_is_no_reading_or_no_link_to_an_institution_is_not_found() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    let files = world.read("/v1/links").await;
    let files = world.request_reading(text(&files, "/data/0/id"), "").await;
    assert_eq!(files.refusal(), "404 not_found link");
    let unknown = world.request_reading(&format!("lnk_{}", "0".repeat(32)), "").await;
    assert_eq!(unknown.refusal(), "404 not_found link");
    let path = format!("/v1/readings/job_{}", "0".repeat(32));
    for path in [path.clone(), format!("{path}?wait=55")] {
        assert_eq!(world.get(&path).await.refusal(), "404 not_found reading");
    }
    assert_eq!(world.post(&format!("{path}/cancel"), "").await.refusal(), "404 not_found reading");
    for query in ["wait=56", "wait=-1", "wait=1.5", "wait=", "until=1"] {
        let refused = world.get(&format!("{path}?{query}")).await.refusal();
        assert!(refused.starts_with("400 parameter_invalid"), "{query}: {refused}");
    }
}
