//! What is one tenant's is no other's.

use serde_json::{Value, json};

use super::posted::body;
use super::{Floid, Scene, with};
use crate::receiver::Receiver;
use crate::synaptic::Synaptic;

/// Everything of a person that this gateway knows for the first tenant.
struct Tenants {
    scene: Scene,
    receiver: Receiver,
    body: Value,
    secrets: Vec<String>,
    other: Floid,
}

impl Tenants {
    fn new() -> Self {
        let scene = Scene::new();
        let receiver = Receiver::start();
        let known = body(&scene, ("ok", "banco-chile", "banco chile"), &receiver, "mine");
        let synaptic = Synaptic::announced(&scene.demo.announced);
        let args = json!({"username": known["rut"], "password": known["password"]});
        let task = synaptic.task("banco-chile:identity", &args);
        while synaptic.look(&task).json()["taskStatusCode"] == 202 {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let rut = json!({"rut": known["rut"]});
        let told = scene.floid.ask("api/identity/name_address_lookup", &rut);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let secrets = vec![text(&told["lastName"]), text(&told["address"]["street"])];
        let more = json!({"duration": 3, "id": known["rut"], "caseid": "mine"});
        let body = with(&known, &more);
        scene.floid.ask("api/transaction_history", &body);
        scene.genuine(receiver.call());
        let other = scene.other_tenant();
        Self { scene, receiver, body, secrets, other }
    }
}

#[test]
fn no_operation_gives_anything_of_another_tenant() {
    let tenants = Tenants::new();
    let Tenants { scene, receiver, other, secrets, .. } = &tenants;
    // The other tenant knows the RUT and the case, and no password.
    let body = with(&tenants.body, &json!({"password": "wrong1"}));
    let document = other.bare.json("/floid/openapi.json");
    let mut tried = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for operation in item.as_object().unwrap().values() {
            if operation["security"].is_null() {
                continue;
            }
            let path = path.strip_prefix("/floid/").unwrap();
            let path = path.replace("{institution}", "banco_chile_personas");
            let path = path.replace("{product}", "products");
            let answer = other.send(&path, &body.to_string());
            let text = answer.text();
            assert!(secrets.iter().all(|secret| !text.contains(secret)), "{path}: {text}");
            assert!([200, 400].contains(&answer.status), "{path}: {text}");
            let told = answer.json();
            if told["isAccepted"] == true {
                let posted = scene_of_other(receiver);
                assert_eq!(posted["isValid"], false, "{path}: {posted}");
            } else {
                assert_ne!(told["isValid"], true, "{path}: {text}");
            }
            let bare = other.send_as("", &path, &body.to_string());
            assert_eq!(bare.status, 401, "{path}: {}", bare.text());
            tried.push(path);
        }
    }
    assert_eq!(tried.len(), 12, "{tried:?}");
    // Their wrong passwords lock their own access alone.
    let login = scene.login("ok", "banco-chile");
    assert_eq!(scene.floid.ask("api/identity/bankid_kyc", &login)["isValid"], true);
}

/// What was posted to the other tenant, signed by whatever its secret is.
fn scene_of_other(receiver: &Receiver) -> Value {
    let call = receiver.call();
    let body = serde_json::from_str(&call.body).unwrap();
    call.answer(200);
    body
}

#[test]
fn a_key_opens_bare_or_as_a_bearer_and_nothing_else_does() {
    let scene = Scene::new();
    let body = json!({"rut": "11.111.111-1"}).to_string();
    let status = |authorization: &str| {
        let path = "api/identity/name_address_lookup";
        scene.floid.send_as(authorization, path, &body).status
    };
    let key = &scene.floid.key;
    assert_eq!(status(key), 200);
    assert_eq!(status(&format!("Bearer {key}")), 200);
    assert_eq!(status(&format!("bearer  {key}")), 200);
    for wrong in ["", "Bearer", "Bearer ", "nothing", "Basic abc", &key[1..], &format!("{key}x")] {
        assert_eq!(status(wrong), 401, "{wrong}");
    }
    let headers = [("Authorization", key.as_str()), ("Authorization", key), super::JSON];
    let path = "/floid/api/identity/name_address_lookup";
    let twice = scene.floid.bare.send("POST", path, &headers, body.as_bytes()).unwrap();
    assert_eq!(twice.status, 401);
}
