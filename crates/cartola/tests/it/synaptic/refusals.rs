//! Requests that are wrong.

use expect_test::expect;
use serde_json::json;

use super::{JSON, Scene};

#[test]
fn what_is_wrong_with_a_request_is_said_and_nothing_begins() {
    let scene = Scene::new();
    let client = &scene.synaptic;
    let args = scene.login("ok", "banco-chile");
    let task = |action: &str, username: &str, password: &str| {
        json!({"action": action, "args": {"username": username, "password": password}}).to_string()
    };
    let rut = args["username"].as_str().unwrap();
    let bodies = [
        task("banco-chile:everything", rut, "abcd"),
        task("banco-nowhere:tef", rut, "abcd"),
        task("tef", rut, "abcd"),
        task("banco-chile:tef", "11.111.111-2", "abcd"),
        task("banco-chile:tef", "nobody", "abcd"),
        task("banco-chile:tef", rut, "abc"),
        task("banco-chile:tef", rut, "with a blank"),
        task("banco-ripley:tef", rut, "12345"),
        task("banco-falabella:tef", rut, "12345a"),
        json!({"action": "banco-chile:tef"}).to_string(),
        json!({"action": "banco-chile:tef", "args": [rut, "abcd"]}).to_string(),
        json!({"action": 7, "args": args}).to_string(),
        json!([1]).to_string(),
        "{".to_owned(),
        String::new(),
        format!("{}{}", "[".repeat(2_000), "]".repeat(2_000)),
        format!("{{\"action\": \"{}\"}}", "x".repeat(20_000)),
    ];
    let lines: String = bodies
        .iter()
        .map(|body| {
            let answer = client.post("tasks", body);
            format!("{} {}\n", answer.status, answer.json()["message"].as_str().unwrap())
        })
        .collect();
    expect![[r#"
        400 action: there is none of this name; GET /api/v1/entities lists them
        400 action: there is none of this name; GET /api/v1/entities lists them
        400 action: there is none of this name; GET /api/v1/entities lists them
        400 username: the verifier of the RUT is wrong, it should be 1
        400 username: the RUT contains a character that does not belong at position 1
        400 password doesn't meet entity schema
        400 password doesn't meet entity schema
        400 password doesn't meet entity schema
        400 password doesn't meet entity schema
        400 the body must be JSON like {"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}
        400 the body must be JSON like {"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}
        400 the body must be JSON like {"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}
        400 the body must be JSON like {"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}
        400 the body must be JSON like {"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}
        400 the body must be JSON like {"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}
        400 the body must be JSON like {"action": "banco-chile:tef", "args": {"username": "11.111.111-1", "password": "…"}}
        413 the body is too large
    "#]].assert_eq(&lines);
    let bearer = format!("Bearer {}", client.token);
    let body = task("banco-chile:tef", rut, "abcd");
    let typed = client.call("POST", "tasks", &[("Authorization", &bearer)], &body);
    assert_eq!(typed.status, 415, "{}", typed.text());
    let path = client.call("GET", "nothing", &[JSON], "");
    assert_eq!(
        (path.status, path.json()),
        (404, json!({"message": "there is nothing under this path"}))
    );
    assert_eq!(client.call("PUT", "tasks", &[JSON], "").status, 405);
}

#[test]
fn a_standing_is_of_somebody_somewhere() {
    let scene = Scene::new();
    let ask = |body: &str| {
        let answer = scene.synaptic.post("users/status/by-entity", body);
        format!("{} {}", answer.status, answer.text())
    };
    let user = |username: &str, entity: &str| {
        ask(&json!({"username": username, "entity": entity}).to_string())
    };
    expect![[r#"200 {"enabled":true,"retryAfter":null}"#]]
        .assert_eq(&user("11.111.111-1", "banco-chile"));
    expect![[r#"400 {"message":"username: the verifier of the RUT is wrong, it should be 1"}"#]]
        .assert_eq(&user("11.111.111-9", "banco-chile"));
    expect![[
        r#"400 {"message":"entity: there is none of this name; GET /api/v1/entities lists them"}"#
    ]]
    .assert_eq(&user("11.111.111-1", "nowhere"));
    expect![[r#"400 {"message":"the body must be JSON like {\"username\": \"11.111.111-1\", \"entity\": \"banco-chile\"}"}"#]].assert_eq(&ask("{}"));
}
