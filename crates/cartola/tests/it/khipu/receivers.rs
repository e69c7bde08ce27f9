//! Callback URLs behind which something is wrong: an attempt is noted, and nothing else is harmed.

use std::thread;
use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{DEMO_BANK, DEMO_LOGIN, Scene, login, request};
use crate::receiver::{Call, Receiver};

/// How long an attempt may take to be noted: more than a receiver is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often a client looks what is noted.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The most that is taken of an answer without end, and of what lies between, in bytes.
const MAX_TAKEN: usize = 64 << 20;

impl Scene {
    /// Asks for accounts, to be posted to a URL; gives the envelope.
    fn post_to(&self, url: &str) -> (u16, Value) {
        let mut body = request(&login(DEMO_LOGIN), &json!({}));
        body["CallbackUrl"] = json!(url);
        self.khipu.ask(&format!("{DEMO_BANK}/accounts"), &body)
    }

    /// Where the message to that host stands, once an attempt is noted and none is being made.
    #[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
    fn noted(&self, host: &str) -> Value {
        let (client, begun) = (self.demo.client(), Instant::now());
        loop {
            let messages = client.list("/v1/messages");
            let of_host = |message: &&Value| message["endpoint"]["receiver"] == host;
            if let Some(message) = messages.iter().find(of_host) {
                let id = message["id"].as_str().unwrap();
                let message = client.json(&format!("/v1/messages/{id}"));
                if !message["log"][0].is_null() && message["state"] != "sending" {
                    return message;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "no attempt is noted of {host}");
            thread::sleep(LOOK_EVERY);
        }
    }

    /// Insists that others are answered and told meanwhile.
    #[track_caller]
    fn is_unharmed(&self) {
        let receiver = Receiver::start();
        assert_eq!(self.post_to(&receiver.url()).0, 202);
        let call = receiver.call();
        let told: Value = serde_json::from_str(&call.body).unwrap();
        call.answer(200);
        assert_eq!(told["Status"], "OK", "{told}");
        let answered = request(&login(DEMO_LOGIN), &json!({}));
        self.khipu.data(&format!("{DEMO_BANK}/accounts"), &answered);
    }
}

fn host(url: &str) -> &str {
    url.split('/').nth(2).unwrap()
}

/// Has a result posted to a receiver that does that; what is noted of it.
fn check(behave: impl FnOnce(&Scene, Call), expected: Expect) {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let (status, accepted) = scene.post_to(&receiver.url());
    assert_eq!((status, &accepted["Status"]), (202, &json!("OK")), "{accepted}");
    behave(&scene, receiver.call());
    expected.assert_eq(&last(&scene.noted(host(&receiver.url()))));
    scene.is_unharmed();
}

/// What came of the first attempt, and where the message stands.
fn last(message: &Value) -> String {
    let first = &message["log"][0];
    let said = if first["status"].is_null() { &first["failure"] } else { &first["status"] };
    format!("{said} {}", message["state"])
}

#[test]
fn a_receiver_that_redirects_is_not_followed() {
    let elsewhere = Receiver::start();
    let url = elsewhere.url();
    check(|_, call| call.redirect(&url), expect![[r#"307 "pending""#]]);
    elsewhere.was_left_alone();
}

/// As long as it is waited for, everybody else is told.
#[test]
fn a_receiver_that_is_slow_keeps_nobody_waiting() {
    let mut kept = None;
    check(
        |scene, call| {
            scene.is_unharmed();
            // Its connection stays open until the test has ended.
            kept = Some(call);
        },
        expect![[r#""timeout" "pending""#]],
    );
}

#[test]
fn an_answer_without_end_is_not_read_to_one() {
    check(
        |_, call| assert!(call.flood(MAX_TAKEN), "all of it was taken"),
        expect![[r#"200 "delivered""#]],
    );
}

#[test]
fn a_receiver_that_hangs_up_is_noted() {
    check(|_, call| drop(call), expect![[r#""unreachable" "pending""#]]);
}

/// Whoever cannot be reached is told later or never; the caller is not kept waiting for it.
#[test]
fn a_receiver_that_is_dead_does_not_delay_the_answer() {
    let scene = Scene::new();
    let mut noted = String::new();
    for url in ["http://127.0.0.1:9/", "https://no-such-host.invalid/hook"] {
        let (status, accepted) = scene.post_to(url);
        assert_eq!((status, &accepted["Status"]), (202, &json!("OK")), "{url}");
        let receiver =
            if url.starts_with("https") { "no-such-host.invalid:443" } else { host(url) };
        noted += &(last(&scene.noted(receiver)) + "\n");
    }
    expect![[r#"
        "unreachable" "pending"
        "unresolved" "pending"
    "#]]
    .assert_eq(&noted);
    scene.is_unharmed();
}

#[test]
fn a_receiver_that_is_private_is_refused_before_anything_is_asked() {
    let scene = Scene::new();
    for url in ["http://10.0.0.1/hook", "http://169.254.169.254/latest", "http://[fd00::1]/hook"] {
        let (status, refused) = scene.post_to(url);
        assert_eq!((status, &refused["Error"]["Code"]), (400, &json!("P003")), "{url}");
    }
    assert_eq!(scene.demo.client().list("/v1/messages").len(), 0);
    scene.is_unharmed();
}
