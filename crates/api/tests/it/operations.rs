//! Health, metrics, the audit trail, and what every answer has.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request};
use cartola_api::Settings;
use cartola_primitives::SignedDuration;
use expect_test::expect;

use crate::world::{Answer, World, request, text};

async fn bare(world: &World, method: Method, path: &str) -> Answer {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    world.send(request).await
}

#[tokio::test]
async fn health_needs_no_key() {
    let world = World::new().await;
    for path in ["/healthz", "/readyz"] {
        let answer = bare(&world, Method::GET, path).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (200, r#"{"status":"ok"}"#));
    }
}

#[tokio::test]
async fn metrics_are_what_the_binary_renders_or_nothing() {
    let world = World::new().await;
    assert_eq!(bare(&world, Method::GET, "/metrics").await.refusal(), "404 path_unknown");
    let metrics: cartola_api::MetricsText = Arc::new(|| "http_requests_total 1\n".to_owned());
    let world = World::with(Settings { metrics: Some(metrics), ..Settings::default() }).await;
    let answer = bare(&world, Method::GET, "/metrics").await;
    assert_eq!(answer.text(), "http_requests_total 1\n");
    assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
}

#[tokio::test]
async fn every_answer_has_a_request_id_and_is_not_stored() {
    let world = World::new().await;
    for path in ["/v1/accounts", "/v1/nothing", "/v1/accounts?x=1", "/healthz"] {
        let answer = world.get(path).await;
        assert!(answer.header("x-request-id").starts_with("req_"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
}

#[tokio::test]
async fn a_request_id_of_the_caller_is_kept_if_it_is_a_sane_one() {
    let world = World::new().await;
    let echoed = async |id: &[u8]| {
        let request = request(Method::GET, "/v1/accounts", &world.bearer());
        let request = request.header("x-request-id", id).body(Body::empty()).unwrap();
        world.send(request).await.header("x-request-id").to_owned()
    };
    assert_eq!(echoed(b"pedido-7").await, "pedido-7");
    assert_eq!(echoed(&[b'x'; 64]).await, "x".repeat(64));
    for bad in [&b""[..], &[b'x'; 65], b"a b", b"\xc3\xb1"] {
        assert!(echoed(bad).await.starts_with("req_"), "{bad:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_taken() {
    let world = World::new().await;
    assert_eq!(world.get("/v1/nothing").await.refusal(), "404 path_unknown");
    assert_eq!(world.get("/").await.refusal(), "404 path_unknown");
    let answer = bare(&world, Method::DELETE, "/v1/imports").await;
    assert_eq!(answer.refusal(), "405 method_not_allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD,POST");
    let answer = bare(&world, Method::POST, "/v1/accounts").await;
    assert_eq!(answer.refusal(), "405 method_not_allowed");
    assert_eq!(answer.header("allow"), "GET,HEAD");
}

#[tokio::test]
async fn the_document_is_served_to_anybody() {
    let world = World::new().await;
    let answer = bare(&world, Method::GET, "/v1/openapi.json").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.text(), cartola_api::openapi_json());
    assert_eq!(text(&answer.json(), "/openapi"), "3.1.0");
}

#[tokio::test]
async fn the_audit_trail_is_read_in_pages_and_records_its_readers() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990"]).await;
    world.read("/v1/movements").await;
    world.read("/v1/movements").await;
    world.clock.advance(SignedDuration::from_secs(1));
    world.engine.flush_accesses().await.unwrap();
    let whole = world.read("/v1/audit").await;
    let told = whole["data"].as_array().unwrap().iter().map(|entry| {
        format!("{} {} ×{}\n", entry["sequence"], text(entry, "/action"), entry["count"])
    });
    expect![[r#"
        1 tenant.added ×1
        2 credential.issued ×1
        3 credential.issued ×1
        4 credential.issued ×1
        5 consent.granted ×1
        6 import.committed ×1
        7 movement.read ×2
    "#]]
    .assert_eq(&told.collect::<String>());
    let (mut paged, mut after) = (Vec::new(), "0".to_owned());
    while paged.len() < 100 {
        let page = world.read(&format!("/v1/audit?limit=2&after={after}")).await;
        paged.extend(page["data"].as_array().unwrap().clone());
        let Some(next) = page["next_cursor"].as_str() else { break };
        after = next.to_owned();
    }
    assert_eq!(serde_json::Value::from(paged), whole["data"]);
    let wrong = world.get("/v1/audit?after=-1").await;
    assert_eq!(wrong.refusal(), "400 parameter_invalid after");
}

#[tokio::test]
async fn no_body_is_sent_where_only_the_head_was_asked() {
    let world = World::new().await;
    let head = request(Method::HEAD, "/v1/accounts", &world.bearer()).body(Body::empty()).unwrap();
    let answer = world.send_unchecked(head).await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (200, 0));
}
