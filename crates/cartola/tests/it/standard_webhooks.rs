//! The libraries of Standard Webhooks, in two languages, which judge what we sign.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::oracle;
use crate::outbox::Scene;
use crate::receiver::Call;

const REQUIREMENTS: &str = include_str!("../oracle/webhooks/requirements.txt");
const PACKAGE: &str = include_str!("../oracle/webhooks/package.json");
const LOCK: &str = include_str!("../oracle/webhooks/package-lock.json");
const VERIFY_PYTHON: &str = include_str!("../oracle/webhooks/verify.py");
const VERIFY_NODE: &str = include_str!("../oracle/webhooks/verify.mjs");

/// What both scripts end with where a signature is not genuine.
const NOT_GENUINE: i32 = 3;

/// A library that says whether a call is genuine.
type Library = fn() -> Command;

fn python() -> Command {
    let environment = oracle::python("standardwebhooks-python", REQUIREMENTS);
    let script = environment.join("verify.py");
    fs::write(&script, VERIFY_PYTHON).unwrap();
    let mut command = Command::new(environment.join("bin/python"));
    command.arg(script);
    command
}

fn node() -> Command {
    let environment = oracle::node("standardwebhooks-node", PACKAGE, LOCK);
    let script = environment.join("verify.mjs");
    fs::write(&script, VERIFY_NODE).unwrap();
    let mut command = Command::new("node");
    command.arg(script);
    command
}

/// Asks one library.
#[track_caller]
fn is_genuine(library: Library, call: &Value) -> bool {
    let mut command = library();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(call.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    match output.status.code() {
        Some(0) => true,
        Some(NOT_GENUINE) => false,
        _ => panic!("{}", oracle::text(&output)),
    }
}

/// Insists that both libraries say so of a call and a secret.
#[track_caller]
fn check(genuine: bool, call: &Call, body: &str, secret: &str) {
    let names = ["webhook-id", "webhook-timestamp", "webhook-signature"];
    let headers: Value = names.map(|name| (name, call.header(name))).into_iter().collect();
    let told = json!({"secret": secret, "body": body, "headers": headers});
    for library in [python as Library, node] {
        assert_eq!(is_genuine(library, &told), genuine, "{:?}", library());
    }
}

/// A message, delivered.
fn delivered(scene: &Scene) -> Call {
    scene.facade.write(&scene.receiver.url());
    let call = scene.receiver.call();
    call.acknowledge();
    call
}

fn rotated(scene: &Scene, body: &str) -> String {
    let headers = [("Content-Type", "application/json")];
    let path = "/v1/webhook-secrets/rotate";
    let answer = scene.demo.client().send("POST", path, &headers, body.as_bytes()).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["secret"].as_str().unwrap().to_owned()
}

#[test]
fn two_libraries_verify_by_each_secret_that_holds_and_by_no_other() {
    let scene = Scene::new();
    let old = scene.demo.announced["webhook_secret"].as_str().unwrap().to_owned();
    let call = delivered(&scene);
    check(true, &call, &call.body, &old);
    check(false, &call, &call.body.replace('A', "B"), &old);
    let new = rotated(&scene, "");
    check(false, &call, &call.body, &new);
    let call = delivered(&scene);
    for secret in [&old, &new] {
        check(true, &call, &call.body, secret);
    }
    let newest = rotated(&scene, r#"{"overlap_seconds":0}"#);
    let call = delivered(&scene);
    check(true, &call, &call.body, &newest);
    for secret in [&old, &new] {
        check(false, &call, &call.body, secret);
    }
}
