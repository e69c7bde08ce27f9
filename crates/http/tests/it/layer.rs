//! What the layer does around every handler.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use axum::{Router, response::Response};
use cartola_http::{Gate, Json, Limits, layer};
use futures::stream;
use http_body_util::BodyExt;
use tower::ServiceExt;

use crate::world::engine;

async fn router() -> Router {
    let limits = Limits { request_timeout: Duration::from_secs(10), ..Limits::default() };
    let routes = Router::new()
        .route("/well", get(async || "well"))
        .route("/panic", get(broken))
        .route("/panic-with-data", get(broken_with_data))
        .route("/slow", get(slow))
        .route("/body", post(async |Json(_): Json<serde_json::Value>| "read"));
    layer::around(routes, Gate::new(engine().await, limits))
}

async fn slow() {
    tokio::time::sleep(Duration::from_secs(11)).await;
}

async fn broken() -> &'static str {
    panic!("an invariant does not hold")
}

async fn broken_with_data() -> String {
    let name = String::from("MARIA");
    panic!("{name} is not a number")
}

async fn send(request: Request<Body>) -> (StatusCode, serde_json::Value, Response<()>) {
    let response = router().await.oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let json = serde_json::from_slice(&bytes).unwrap_or_default();
    (parts.status, json, Response::from_parts(parts, ()))
}

fn get_of(path: &str) -> Request<Body> {
    Request::builder().uri(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_panic_is_a_fault_of_ours_and_says_nothing() {
    for path in ["/panic", "/panic-with-data"] {
        let (status, problem, response) = send(get_of(path)).await;
        assert_eq!((status.as_u16(), &problem["code"]), (500, &"internal".into()));
        assert_eq!(problem["request_id"], response.headers()["x-request-id"].to_str().unwrap());
        let told = problem.to_string();
        assert!(!told.contains("invariant") && !told.contains("MARIA"), "{told}");
    }
}

#[tokio::test(start_paused = true)]
async fn work_that_takes_too_long_is_given_up() {
    let (status, problem, response) = send(get_of("/slow")).await;
    assert_eq!((status.as_u16(), &problem["code"]), (503, &"timeout".into()));
    assert_eq!(response.headers()["retry-after"], "5");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_takes_too_long_is_the_callers_doing() {
    let pieces = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"{")) });
    let never = stream::once(async {
        tokio::time::sleep(Duration::from_mins(1)).await;
        Ok(Bytes::from_static(b"}"))
    });
    let body = Body::from_stream(futures::StreamExt::chain(pieces, never));
    let request = Request::post("/body").header("content-type", "application/json");
    let (status, problem, _) = send(request.body(body).unwrap()).await;
    assert_eq!((status.as_u16(), &problem["code"]), (408, &"request_timeout".into()));
}

#[tokio::test]
async fn what_a_handler_says_passes_unchanged() {
    let response = router().await.oneshot(get_of("/well")).await.unwrap();
    assert_eq!(response.headers()["content-length"], "4");
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "well");
}
