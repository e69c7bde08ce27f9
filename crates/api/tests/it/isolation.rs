//! Two tenants: neither finds anything of the other's, on any path of the document.

use axum::body::Body;
use axum::http::Method;
use axum::http::header::CONTENT_TYPE;
use cartola_engine::tenants::NewKeys;
use cartola_model::Scope;
use serde_json::Value;

use crate::contract::DOCUMENT;
use crate::world::{World, bearer, request, text};

/// All ids that the owner's answers name, and the owner's cursors.
async fn everything_of(world: &World) -> Vec<String> {
    let mut ids = Vec::new();
    for path in ["accounts", "links", "consents", "imports", "movements", "balances"] {
        gather(&world.read(&format!("/v1/{path}")).await, &mut ids);
    }
    let list = world.read("/v1/movements").await;
    let why = format!("/v1/movements/{}/why", text(&list, "/data/0/id"));
    gather(&world.read(&why).await, &mut ids);
    let link = world.begin_link().await;
    gather(&world.post(&format!("/v1/links/{link}/readings"), "").await.json(), &mut ids);
    ids.sort();
    ids.dedup();
    ids
}

fn gather(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::String(text) if text.len() == 36 && text.as_bytes()[3] == b'_' => {
            ids.push(text.clone());
        }
        Value::Array(values) => values.iter().for_each(|value| gather(value, ids)),
        Value::Object(values) => values.values().for_each(|value| gather(value, ids)),
        _ => {}
    }
}

fn of_kind<'a>(ids: &'a [String], prefix: &str) -> impl Iterator<Item = &'a String> {
    ids.iter().filter(move |id| id.starts_with(prefix))
}

/// The prefix that a parameter's pattern wants, looked up where it is a reference.
fn prefix(parameter: &Value) -> Option<&str> {
    let schema = &parameter["schema"];
    let schema = match schema["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(&reference[1..]).unwrap(),
        None => schema,
    };
    let pattern = schema["pattern"].as_str()?;
    pattern.contains("_[0-9a-f]").then(|| &pattern[1..5])
}

/// Every request that the document allows with an id of somebody else's in it.
fn intrusions(ids: &[String]) -> Vec<(Method, String)> {
    let mut requests = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"].is_null() {
                continue;
            }
            let method: Method = method.to_uppercase().parse().unwrap();
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in &parameters {
                let Some(prefix) = prefix(parameter) else { continue };
                for id in of_kind(ids, prefix) {
                    requests.push((
                        method.clone(),
                        match parameter["in"].as_str() {
                            Some("path") => path.replace("{id}", id),
                            _ => format!("{path}?{}={id}", text(parameter, "/name")),
                        },
                    ));
                }
            }
        }
    }
    requests
}

async fn ask(
    world: &World,
    keys: &NewKeys,
    method: Method,
    path: &str,
    source: &str,
) -> crate::world::Answer {
    let body = if path.ends_with("split") {
        format!(r#"{{"source_id":"{source}"}}"#)
    } else {
        String::new()
    };
    let request = request(method, path, &bearer(keys)).header(CONTENT_TYPE, "application/json");
    world.send(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test]
async fn no_path_gives_or_changes_anything_of_another_tenant() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;980"]).await;
    world.import(&["6;GIRO CAJERO;-10;980", "7;PAGO;-10;970"]).await;
    let ids = everything_of(&world).await;
    for prefix in ["acc_", "mov_", "con_", "imp_", "src_", "lnk_", "job_"] {
        assert!(of_kind(&ids, prefix).next().is_some(), "{prefix}");
    }
    let before = (world.told().await, world.read("/v1/consents").await);
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let source = of_kind(&ids, "src_").next().unwrap().clone();
    let intrusions = intrusions(&ids);
    assert!(intrusions.len() > 15, "{}", intrusions.len());
    for (method, path) in intrusions {
        let answer = ask(&world, &other, method, &path, &source).await;
        assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        assert!(ids.iter().all(|id| !answer.text().contains(id)), "{path}: {}", answer.text());
    }
    assert_eq!(before, (world.told().await, world.read("/v1/consents").await));
}

#[tokio::test]
async fn lists_of_another_tenant_are_empty_and_its_cursors_worthless() {
    let world = World::new().await;
    world.import(&["5;COMPRA;-10;990", "6;GIRO;-10;980"]).await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    for path in ["accounts", "links", "consents", "imports", "movements", "balances"] {
        let answer = ask(&world, &other, Method::GET, &format!("/v1/{path}"), "").await;
        assert_eq!(answer.json()["data"].as_array().unwrap().len(), 0, "{path}");
    }
    let feed = ask(&world, &other, Method::GET, "/v1/movements/sync", "").await.json();
    assert_eq!(feed["added"].as_array().unwrap().len(), 0);
    let page = world.read("/v1/movements?limit=1").await;
    let cursor = text(&page, "/next_cursor");
    let path = format!("/v1/movements?limit=1&cursor={cursor}");
    let answer = ask(&world, &other, Method::GET, &path, "").await;
    assert_eq!(answer.refusal(), "400 cursor_invalid");
    let audit = ask(&world, &other, Method::GET, "/v1/audit", "").await;
    assert!(!audit.text().contains("import."), "{}", audit.text());
}

#[tokio::test]
async fn the_same_idempotency_key_of_two_tenants_is_two_keys() {
    let world = World::new().await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let form = || crate::files::Form::of(&["5;COMPRA;-10;990"]);
    let mine = world.send(form().request(&world.bearer(), Some("k"))).await;
    let theirs = world.send(form().request(&bearer(&other), Some("k"))).await;
    assert_eq!((mine.status.as_u16(), theirs.status.as_u16()), (201, 201));
    assert_eq!(theirs.header("idempotent-replayed"), "");
    assert_ne!(mine.json()["imports"][0]["account_id"], theirs.json()["imports"][0]["account_id"]);
}
