//! The pages of the error codes.

use axum::body::Body;
use axum::http::{Method, Request};
use cartola_http::problem::catalogue::entries;

use crate::world::{Answer, World, text};

async fn page(world: &World, path: &str, accept: &str) -> Answer {
    let request = Request::builder().method(Method::GET).uri(path).header("accept", accept);
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn every_code_has_a_page_in_both_languages_and_as_json() {
    let world = World::new().await;
    for entry in entries() {
        let path = format!("/errors/{}", entry.name);
        let html = page(&world, &path, "text/html,*/*").await;
        assert_eq!(html.header("content-type"), "text/html; charset=utf-8");
        assert!(html.text().contains("lang=\"es\"") && html.text().contains(entry.name));
        let json = page(&world, &path, "application/json").await.json();
        assert_eq!(json["status"], entry.status);
        assert_eq!(text(&json, "/title_es"), entry.title.es);
    }
    let index = page(&world, "/errors", "*/*").await;
    let list = page(&world, "/errors", "application/json").await.json();
    for entry in entries() {
        assert!(index.text().contains(&format!("/errors/{}", entry.name)));
    }
    assert_eq!(list["data"].as_array().unwrap().len(), entries().count());
    let unknown = page(&world, "/errors/nothing", "*/*").await;
    assert_eq!(unknown.refusal(), "404 not_found error code");
}

#[tokio::test]
async fn a_page_is_well_formed_and_needs_nothing_from_elsewhere() {
    let world = World::new().await;
    let html = page(&world, "/errors/file_mapping", "text/html").await;
    assert!(html.text().contains("<code>mapping</code>"), "{}", html.text());
    assert!(!html.text().contains('`'));
    assert_eq!(
        html.header("content-security-policy"),
        "default-src 'none'; style-src 'unsafe-inline'"
    );
    assert_eq!(html.header("cache-control"), "public, max-age=3600");
}
