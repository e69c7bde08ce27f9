//! Transfers that are told unasked, and polled.

use cartola_crypto::WebhookSecret;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::{Clock as _, Date, Secret, SignedDuration, santiago};
use serde_json::{Value, json};

use super::{FILED, Scene, told};
use crate::chile::Chile;
use crate::http::Answer;
use crate::receiver::{Call, Receiver};
use crate::statement;

pub const SUBSCRIPTIONS: &str = "/apistore/api/notificaciones/suscripciones";

const POLLED: &str = "/apistore/api/notificaciones";

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A day that is long ago enough that nobody is told of it unasked.
fn long_ago(today: Date) -> Date {
    today.checked_sub(SignedDuration::from_hours(24 * 30)).unwrap()
}

fn today() -> Date {
    santiago::today(SystemClock.now())
}

impl Scene {
    pub fn subscribe(&self, url: &str, more: &[(&str, &str)]) -> Answer {
        let body = json!({"url": url}).to_string();
        let headers = [&[JSON], more].concat();
        self.client.send("POST", SUBSCRIPTIONS, &headers, body.as_bytes()).unwrap()
    }

    /// Imports a statement of [`FILED`] of days as they are told.
    #[track_caller]
    fn file_dated(&self, key: &str, lines: &[(Date, &str, i64)]) {
        let csv = statement::dated_csv(0, lines.iter().copied());
        let imported = self.ours.import(&csv, &statement::mapping(FILED), key).unwrap();
        assert_eq!(imported.status, 201, "{}", imported.text());
        let chile = Chile::at(self.demo.announced["sandbox"].as_str().unwrap());
        // It is looked at again then.
        chile.lever("POST", "/_sandbox/clock", &json!({"advance": "PT5S"}));
    }
}

/// A notification as it is printed.
fn notification(event: &str, amount: i64, day: Date) -> Value {
    let date = santiago::start_of_day(day).to_string();
    json!({"event": event, "account_id": FILED, "amount": amount, "currency": "CLP", "date": date})
}

/// Insists that a call is signed by these secrets, in this order, and gives what it tells.
#[track_caller]
pub fn genuine(call: &Call, secrets: &[&str]) -> Value {
    let given = call.header("x-signature");
    let (time, signatures) = given.strip_prefix("t=").unwrap().split_once(',').unwrap();
    let stamps = secrets.iter().map(|secret| {
        let secret = WebhookSecret::parse(&Secret::new((*secret).to_owned())).unwrap();
        format!("v1={}", secret.stamp(time.parse().unwrap(), call.body.as_bytes()))
    });
    assert_eq!(signatures, stamps.collect::<Vec<_>>().join(","));
    assert_eq!(call.header("webhook-timestamp"), time);
    serde_json::from_str(&call.body).unwrap()
}

#[test]
fn transfers_that_become_known_are_posted_as_printed_and_signed() {
    let scene = Scene::new();
    let receiver = Receiver::start();
    let before = scene.client.json(POLLED)["next"].as_str().unwrap().to_owned();
    let begun = scene.subscribe(&receiver.url(), &[]);
    assert_eq!(begun.status, 201, "{}", begun.text());
    let first = begun.json()["secret"].as_str().unwrap().to_owned();
    let today = today();
    let old = (long_ago(today), "TRASPASO A: ANTIGUO", -7);
    scene.file_dated("one", &[old, (today, "COMPRA JUMBO", -990), (today, "TEF DE ANA", 50_000)]);
    let call = receiver.call();
    assert_eq!(genuine(&call, &[&first]), notification("transfer.received", 50_000, today));
    call.answer(204);
    let id = begun.json()["id"].as_str().unwrap().to_owned();
    let rotated = format!("{SUBSCRIPTIONS}/{id}/secreto");
    let rotated = scene.client.send("POST", &rotated, &[], b"").unwrap();
    assert_eq!(rotated.status, 201, "{}", rotated.text());
    let second = rotated.json()["secret"].as_str().unwrap().to_owned();
    scene.file_dated("two", &[(today, "TRANSFERENCIA A JUAN", -1_234)]);
    let call = receiver.call();
    assert_eq!(genuine(&call, &[&second, &first]), notification("transfer.sent", 1_234, today));
    call.answer(204);
    let polled = scene.client.json(&format!("{POLLED}?after={before}"));
    assert_eq!(
        polled["notifications"],
        json!([
            notification("transfer.sent", 7, long_ago(today)),
            notification("transfer.received", 50_000, today),
            notification("transfer.sent", 1_234, today),
        ])
    );
    assert_eq!(polled["has_more"], false);
    let next = polled["next"].as_str().unwrap();
    let nothing = scene.client.json(&format!("{POLLED}?after={next}"));
    assert_eq!(nothing["notifications"], json!([]));
}

#[test]
fn subscriptions_are_made_once_listed_without_secrets_and_ended() {
    let scene = Scene::new();
    let key = [("Idempotency-Key", "one")];
    let url = "http://127.0.0.1:9/hooks";
    let begun = scene.subscribe(url, &key);
    assert_eq!(begun.text(), scene.subscribe(url, &key).text());
    assert!(begun.json()["secret"].as_str().unwrap().starts_with("whsec_"));
    let other = scene.subscribe("http://127.0.0.1:9/other", &key);
    assert_eq!((other.status, &other.json()["error"]), (422, &json!("idempotency_key_reused")));
    let mut shown = begun.json();
    shown.as_object_mut().unwrap().remove("secret");
    let listed = scene.client.json(SUBSCRIPTIONS);
    assert_eq!(listed, json!({"subscriptions": [shown]}));
    let path = format!("{SUBSCRIPTIONS}/{}", shown["id"].as_str().unwrap());
    let ended = scene.client.send("DELETE", &path, &[], b"").unwrap();
    assert_eq!(ended.status, 204, "{}", ended.text());
    assert_eq!(scene.client.json(SUBSCRIPTIONS), json!({"subscriptions": []}));
    let again = scene.client.send("DELETE", &path, &[], b"").unwrap();
    assert_eq!((again.status, &again.json()["error"]), (404, &json!("not_found")));
}

#[test]
fn what_cannot_be_told_is_refused() {
    let scene = Scene::new();
    for url in ["ftp://example.cl/", "http://10.0.0.1/", "http://169.254.169.254/", "no url"] {
        let refused = scene.subscribe(url, &[]);
        assert_eq!(
            (refused.status, &refused.json()["error"]),
            (422, &json!("invalid_request")),
            "{url}"
        );
    }
    let bodies: [&[u8]; 3] = [b"{}", b"[]", b"{\"url\": \"http://example.cl/\", \"more\": 1}"];
    for body in bodies {
        let refused = scene.client.send("POST", SUBSCRIPTIONS, &[JSON], body).unwrap();
        assert_eq!(refused.status, 422, "{}", refused.text());
    }
    let wrong = scene.client.read("/apistore/api/notificaciones?after=abc");
    assert!(told(&wrong).starts_with("400 {\"error\":\"invalid_request\""), "{}", told(&wrong));
    for _ in 0..20 {
        assert_eq!(scene.subscribe("http://127.0.0.1:9/", &[]).status, 201);
    }
    let more = scene.subscribe("http://127.0.0.1:9/", &[]);
    assert!(more.text().contains("20 subscriptions"), "{}", more.text());
}
