//! Undoing a merge.

use serde_json::Value;

use crate::world::{World, text};

/// Two files that tell of one movement; gives its id and the two sources.
async fn merged(world: &World) -> (String, Vec<String>) {
    world.import(&["5;COMPRA JUMBO;-10;990;JUMBO SA"]).await;
    world.import(&["5;COMPRA EN JUMBO;-10;990"]).await;
    let list = world.read("/v1/movements").await;
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
    let id = text(&list, "/data/0/id").to_owned();
    let why = world.read(&format!("/v1/movements/{id}/why")).await;
    let source = |source: &Value| text(source, "/id").to_owned();
    (id, why["sources"].as_array().unwrap().iter().map(source).collect())
}

fn body(source: &str) -> String {
    format!(r#"{{"source_id":"{source}"}}"#)
}

#[tokio::test]
async fn a_source_becomes_a_movement_of_its_own() {
    let world = World::new().await;
    let (id, sources) = merged(&world).await;
    let path = format!("/v1/movements/{id}/split");
    let answer = world.post(&path, &body(&sources[1])).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let both = answer.json();
    assert_eq!(text(&both, "/remaining/id"), id);
    assert_eq!(text(&both, "/remaining/counterparty/name"), "JUMBO SA");
    let split = text(&both, "/split/id");
    assert_eq!(world.read(&format!("/v1/movements/{split}")).await, both["split"]);
    assert_eq!(world.read(&format!("/v1/movements/{id}")).await, both["remaining"]);
    let why = world.read(&format!("/v1/movements/{split}/why")).await;
    assert_eq!(text(&why, "/sources/0/reason"), "split");
    assert_eq!(text(&why, "/aliases/0/movement_id"), id);
    assert_eq!(why["aliases"][0]["undone"], true);
    let again = world.post(&path, &body(&sources[0])).await;
    assert_eq!(again.refusal(), "409 split_only_source");
}

#[tokio::test]
async fn what_is_not_there_cannot_be_split() {
    let world = World::new().await;
    let (id, sources) = merged(&world).await;
    let zeros = "0".repeat(32);
    let unknown = world.post(&format!("/v1/movements/mov_{zeros}/split"), &body(&sources[0])).await;
    assert_eq!(unknown.refusal(), "404 not_found movement");
    let foreign = body(&format!("src_{zeros}"));
    let foreign = world.post(&format!("/v1/movements/{id}/split"), &foreign).await;
    assert_eq!(foreign.refusal(), "404 not_found source");
}
