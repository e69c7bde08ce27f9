//! Who may ask, and how often.

use axum::body::Body;
use axum::http::{Method, Request};
use cartola_api::Settings;
use cartola_model::Scope;
use cartola_primitives::id::{AccountId, CredentialId, IdMinter, TypedId};
use expect_test::expect;

use crate::contract::DOCUMENT;
use crate::world::{World, bearer, request};

async fn with_header(world: &World, header: Option<&str>) -> String {
    let mut request = Request::builder().uri("/v1/accounts");
    if let Some(header) = header {
        request = request.header("authorization", header);
    }
    let answer = world.send(request.body(Body::empty()).unwrap()).await;
    format!("{} | {}", answer.refusal(), answer.header("www-authenticate"))
}

#[tokio::test]
async fn a_request_without_a_good_key_is_told_what_is_wrong_with_it() {
    let world = World::new().await;
    let mut told = String::new();
    let unknown = format!("Bearer cartola_{}", "A".repeat(64));
    for header in [
        None,
        Some("Basic dXNlcjpwYXNz"),
        Some("Bearer"),
        Some("Bearer a b"),
        Some("Bearer x"),
        Some(&unknown),
    ] {
        told.push_str(&with_header(&world, header).await);
        told.push('\n');
    }
    expect![[r#"
        401 key_missing | Bearer realm="cartola"
        401 key_malformed | Bearer realm="cartola", error="invalid_request"
        401 key_malformed | Bearer realm="cartola", error="invalid_request"
        401 key_malformed | Bearer realm="cartola", error="invalid_request"
        401 key_unknown | Bearer realm="cartola", error="invalid_token"
        401 key_unknown | Bearer realm="cartola", error="invalid_token"
    "#]]
    .assert_eq(&told);
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_the_next_request_on() {
    let world = World::new().await;
    assert_eq!(world.get("/v1/accounts").await.status, 200);
    let who = world.engine.authenticate(world.keys.api_key.expose()).await.unwrap().unwrap();
    let cartola_model::access::Actor::Credential(id) = who.actor else { panic!("a key") };
    world.engine.revoke_credential(world.keys.tenant.id, id).await.unwrap();
    assert_eq!(world.get("/v1/accounts").await.refusal(), "401 key_unknown");
}

#[tokio::test]
async fn a_client_secret_is_no_api_key() {
    let world = World::new().await;
    let secret = world.keys.client_secret.expose();
    let answer = with_header(&world, Some(&format!("Bearer {secret}"))).await;
    assert!(answer.starts_with("401 key_unknown"), "{answer}");
}

/// Every operation, asked with a key that has every scope but the one that it needs.
#[tokio::test]
async fn every_operation_needs_the_scope_that_the_document_names() {
    let world = World::new().await;
    let mut asked = 0;
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(needed) = operation["security"][0]["api_key"][0].as_str() else { continue };
            let others: Vec<Scope> =
                Scope::ALL.into_iter().filter(|scope| scope.name() != needed).collect();
            let tenant = world.keys.tenant.clone();
            let keys = world.engine.issue(tenant, &others).await.unwrap();
            let method: Method = method.to_uppercase().parse().unwrap();
            let id = some_id(operation);
            let request = request(method, &path.replace("{id}", &id), &bearer(&keys))
                .header("content-type", "application/json")
                .body(Body::from(some_body(operation)));
            let answer = world.send(request.unwrap()).await;
            assert_eq!(answer.refusal(), format!("403 scope_missing {needed}"), "{path}");
            let challenge = answer.header("www-authenticate");
            assert!(challenge.contains(&format!("scope=\"{needed}\"")), "{challenge}");
            asked += 1;
        }
    }
    assert!(asked > 15, "{asked}");
}

/// The example of what the operation's body is; nothing where it is not JSON.
pub fn some_body(operation: &serde_json::Value) -> String {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let Some(reference) = schema["$ref"].as_str() else { return String::new() };
    DOCUMENT.pointer(&reference[1..]).unwrap()["example"].to_string()
}

/// An id of the form that the operation's path wants.
fn some_id(operation: &serde_json::Value) -> String {
    let pattern = operation["parameters"][0]["schema"]["pattern"].as_str().unwrap_or_default();
    match pattern.get(1..4) {
        Some(prefix) if pattern.contains("_[0-9a-f]") => format!("{prefix}_{}", "0".repeat(32)),
        _ => "banco-chile".to_owned(),
    }
}

#[tokio::test]
async fn a_key_that_asks_too_often_is_told_when_to_come_back() {
    let world = World::with(Settings { rate_per_second: 1, burst: 2, ..Settings::default() }).await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let mut refused = None;
    for _ in 0..20 {
        let answer = world.get("/v1/institutions").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("twenty requests at once are more than two and one a second");
    assert_eq!(refused.refusal(), "429 rate_limited");
    let seconds: u32 = refused.header("retry-after").parse().unwrap();
    assert!((1..=2).contains(&seconds), "{seconds}");
    assert_eq!(refused.json()["retry"]["after_seconds"], seconds);
    let theirs = request(Method::GET, "/v1/institutions", &bearer(&other));
    assert_eq!(world.send(theirs.body(Body::empty()).unwrap()).await.status, 200);
}

#[tokio::test]
async fn an_id_of_another_kind_is_a_wrong_parameter_and_an_unknown_one_is_not_found() {
    let world = World::new().await;
    let minter = IdMinter::new(
        world.clock.clone(),
        std::sync::Arc::new(cartola_primitives::randomness::SeededRandomness::new(9)),
    );
    let key: CredentialId = minter.mint();
    let wrong = world.get(&format!("/v1/accounts/{key}")).await;
    assert_eq!(wrong.refusal(), "400 parameter_invalid id");
    let unknown: AccountId = minter.mint();
    assert_eq!(AccountId::PREFIX, "acc");
    let missing = world.get(&format!("/v1/accounts/{unknown}")).await;
    assert_eq!(missing.refusal(), "404 not_found account");
    assert_eq!(world.get("/v1/accounts/%FF").await.refusal(), "400 parameter_invalid id");
}
