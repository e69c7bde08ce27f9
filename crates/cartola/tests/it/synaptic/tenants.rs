//! What is one tenant's is no other's.

use serde_json::{Value, json};

use super::{JSON, Scene, Synaptic};
use crate::http::{Answer, Client};

/// A tenant that has tasks, records, links and a lock, and another one that has nothing.
struct Tenants {
    scene: Scene,
    task: String,
    username: Value,
    other: Synaptic,
}

impl Tenants {
    fn new() -> Self {
        let scene = Scene::new();
        let login = scene.login("ok", "banco-chile");
        let task = scene.synaptic.task("banco-chile:identity", &login);
        scene.synaptic.ended(&task);
        let username = login["username"].clone();
        for guess in ["wrong1", "wrong2", "wrong3"] {
            let args = json!({"username": username, "password": guess});
            scene.synaptic.run("banco-chile:identity", &args);
        }
        let other = scene.other_tenant();
        Self { scene, task, username, other }
    }
}

/// Calls an operation of the document as the other tenant, with whatever the first one's ids are.
fn intrude(of: &Tenants, method: &str, path: &str, security: &Value) -> Answer {
    let path = path.strip_prefix("/synaptic/api/v1/").unwrap().replace("{taskId}", &of.task);
    let bearer = format!("Bearer {}", of.other.token);
    let caller = match security[0].as_object().unwrap().keys().next().unwrap().as_str() {
        "apiKey" => ("X-API-Key", of.other.key.as_str()),
        _ => ("Authorization", bearer.as_str()),
    };
    let body = json!({
        "username": of.username,
        "entity": "banco-chile",
        "action": "banco-chile:identity",
        "args": {"username": of.username, "password": "wrong4"},
    });
    of.other.call(&method.to_uppercase(), &path, &[caller, JSON], &body.to_string())
}

#[test]
fn no_operation_gives_anything_of_another_tenant() {
    let tenants = Tenants::new();
    let first = &tenants.scene.synaptic;
    assert_eq!(first.standing(&tenants.username, "banco-chile")["enabled"], false);
    let document = tenants.other.bare.json("/synaptic/openapi.json");
    let mut tried = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["security"].is_null() {
                continue;
            }
            let answer = intrude(&tenants, method, path, &operation["security"]);
            tried += 1;
            let names_a_task = path.contains("{taskId}");
            assert_eq!(answer.status, if names_a_task { 404 } else { 200 }, "{method} {path}");
            assert!(!answer.text().contains(&tenants.task), "{method} {path}");
        }
    }
    assert_eq!(tried, 6);
    let standing = tenants.other.standing(&tenants.username, "banco-chile");
    assert_eq!(standing["enabled"], true, "a lock is its tenant's");
    for unknown in ["0".repeat(32), "nothing".into(), format!("tsk_{}", tenants.task)] {
        assert_eq!(first.look(&unknown).status, 404, "{unknown}");
    }
}

#[test]
fn records_are_their_tenants_alone() {
    let tenants = Tenants::new();
    let client = tenants.scene.demo.client();
    let mine = client.list("/v1/records");
    assert_eq!(mine.len(), 1);
    let gateway = tenants.scene.demo.announced["gateway"].as_str().unwrap();
    let other = Client::new(gateway, &tenants.other.key);
    assert_eq!(other.list("/v1/records").len(), 0);
    let text = |name: &str| mine[0][name].as_str().unwrap().to_owned();
    assert_eq!(client.read(&format!("/v1/records/{}", text("id"))).status, 200);
    assert_eq!(other.read(&format!("/v1/records/{}", text("id"))).status, 404);
    assert_eq!(other.read(&format!("/v1/records?link_id={}", text("link_id"))).status, 404);
    assert_eq!(client.list(&format!("/v1/records?link_id={}", text("link_id"))).len(), 1);
    let products = client.read("/v1/records?product=everything");
    assert_eq!(products.status, 400, "{}", products.text());
}
