//! Sessions, and whose tasks are whose.

use serde_json::json;

use super::{JSON, Scene, Synaptic};

fn check(client: &Synaptic, token: &str) -> String {
    let bearer = format!("Bearer {token}");
    let answer = client.call("POST", "auth/is-token-valid", &[("Authorization", &bearer)], "");
    format!("{} {}", answer.status, answer.json()["message"].as_str().unwrap())
}

#[test]
fn a_session_lasts_an_hour_and_says_why_it_is_none() {
    let scene = Scene::new();
    let client = &scene.synaptic;
    assert_eq!(check(client, &client.token), "200 Jwt is valid");
    let (rest, signature) = client.token.rsplit_once('.').unwrap();
    let other = Synaptic::announced(&scene.demo.announced);
    let (_, of_other) = other.token.rsplit_once('.').unwrap();
    assert_ne!(signature, of_other);
    for forged in [format!("{rest}.{of_other}"), format!("{rest}."), "x".into(), "a.b.c".into()] {
        assert_eq!(check(client, &forged), "401 Jwt is invalid", "{forged}");
    }
    let missing = client.call("POST", "auth/is-token-valid", &[], "");
    assert_eq!((missing.status, missing.json()), (401, json!({"message": "Jwt is invalid"})));
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT59M"}));
    assert_eq!(check(client, &client.token), "200 Jwt is valid");
    scene.chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT2M"}));
    assert_eq!(check(client, &client.token), "401 Jwt is expired");
    assert_eq!(client.look("00").status, 401);
}

#[test]
fn only_a_key_opens_a_session() {
    let scene = Scene::new();
    let client = &scene.synaptic;
    let login = |headers: &[(&str, &str)]| {
        let answer = client.call("POST", "auth/login", headers, "");
        (answer.status, answer.json()["message"].as_str().unwrap_or_default().to_owned())
    };
    let unknown = (401, "the API key is unknown or withdrawn".to_owned());
    let missing = (401, "the header X-API-Key must be there, once".to_owned());
    assert_eq!(login(&[]), missing);
    assert_eq!(login(&[("X-API-Key", "nothing")]), unknown);
    assert_eq!(login(&[("X-API-Key", &client.key[1..])]), unknown);
    assert_eq!(login(&[("X-API-Key", &client.token)]), unknown);
    assert_eq!(login(&[("X-API-Key", &client.key)]).0, 200);
    let entities = client.call("GET", "entities", &[JSON], "");
    assert_eq!((entities.status, entities.json()["message"].clone()), (401, json!(missing.1)));
}
