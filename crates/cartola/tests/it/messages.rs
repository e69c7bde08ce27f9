//! `cartola messages`, and `cartola tenants rotate-secret`.

use serde_json::{Value, json};

use crate::outbox::Scene;
use crate::process::{self, Ended};

/// Times that the gateway is asked before it must say what is waited for.
const READINGS: usize = 20_000;

impl Scene {
    /// Runs a command on the demo's folder.
    fn run(&self, arguments: &[&str]) -> Ended {
        process::run(self.folder.path(), &[arguments, &["--data", "demo"]].concat())
    }

    /// A message that its receiver has answered with 410, as the gateway tells it.
    fn gone(&self) -> Value {
        let id = self.facade.write(&self.receiver.url());
        self.receiver.call().answer(410);
        let client = self.demo.client();
        let dead = || client.list("/v1/messages?state=dead");
        let found = (0..READINGS).find_map(|_| dead().pop()).expect("it is given up");
        assert_eq!(found["id"], id.to_string());
        found
    }
}

#[test]
fn what_was_given_up_is_listed_shown_and_sent_again() {
    let scene = Scene::new();
    let dead = scene.gone();
    let (id, endpoint) = (dead["id"].as_str().unwrap(), dead["endpoint"]["id"].as_str().unwrap());
    let listed = scene.run(&["messages", "list", "--state", "dead", "--json"]).done().json();
    assert_eq!((&listed["message"], &listed["endpoint"]), (&json!(id), &json!(endpoint)));
    assert!(listed["disabled_at"].is_string(), "{listed}");
    let table = scene.run(&["messages", "list"]).done().stdout;
    assert_eq!(table.lines().count(), 2, "{table}");
    let pending = scene.run(&["messages", "list", "--state", "pending", "--json"]).done().stdout;
    assert_eq!(pending, "");
    let shown = scene.run(&["messages", "show", id, "--json"]).done();
    assert_eq!(shown.json()["log"][0]["status"], 410);
    assert!(!shown.stdout.contains("MUÑOZ") && !shown.stdout.contains("case=7"));
    let text = scene.run(&["messages", "show", id]).done().stdout;
    assert!(text.contains("410") && text.contains(endpoint), "{text}");
    assert!(text.contains("disabled since 20"), "{text}");
    let refused = scene.run(&["messages", "replay", id]).failed(1).stderr;
    assert!(refused.contains("messages enable"), "{refused}");
    let passed_over = scene.run(&["messages", "replay", "--all", "--json"]).done();
    assert_eq!(passed_over.json(), json!({"replayed": 0}));
    assert!(passed_over.stderr.contains("messages enable"), "{}", passed_over.stderr);
    scene.run(&["messages", "enable", endpoint]).done();
    let replay = ["messages", "replay", "--endpoint", endpoint, "--json"];
    assert_eq!(scene.run(&replay).done().json(), json!({"replayed": 1}));
    let again = scene.receiver.call();
    assert_eq!(again.header("webhook-id"), id);
    again.answer(200);
    let none = scene.run(&["messages", "replay", "--all", "--json"]).done();
    assert_eq!((none.json(), &*none.stderr), (json!({"replayed": 0}), ""));
}

#[test]
fn wrong_use_is_told() {
    let scene = Scene::new();
    let id = format!("msg_{}", "0".repeat(32));
    let endpoint = format!("end_{}", "0".repeat(64));
    for arguments in [&["show", &*id][..], &["replay", &id], &["enable", &endpoint]] {
        let said = scene.run(&[&["messages"], arguments].concat()).failed(1).stderr;
        assert!(said.contains("messages list"), "{said}");
    }
    for arguments in [
        &["replay"][..],
        &["replay", &id, "--all"],
        &["replay", "--all", "--endpoint", &endpoint],
        &["list", "--state", "lost"],
        &["enable", "end_1"],
    ] {
        scene.run(&[&["messages"], arguments].concat()).failed(2);
    }
}

#[test]
fn a_webhook_secret_is_rotated_and_printed_once() {
    let scene = Scene::new();
    let rotate = ["tenants", "rotate-secret", "demo", "--overlap-hours", "1", "--json"];
    let rotated = scene.run(&rotate).done().json();
    let secret = rotated["webhook_secret"].as_str().unwrap();
    assert!(secret.starts_with("whsec_"));
    let listed = scene.run(&["tenants", "list", "--json"]).done();
    assert!(!listed.stdout.contains(secret));
    let table = scene.run(&["tenants", "list"]).done().stdout;
    let states: Vec<_> = table
        .lines()
        .filter(|line| line.contains("webhook_secret"))
        .filter_map(|line| line.split_whitespace().last())
        .collect();
    assert_eq!(states, ["ending", "active"]);
    scene.facade.write(&scene.receiver.url());
    let call = scene.receiver.call();
    assert_eq!(call.header("webhook-signature").split(' ').count(), 2);
    call.answer(200);
    scene.run(&["tenants", "rotate-secret", "demo", "--overlap-hours", "721"]).failed(2);
}
