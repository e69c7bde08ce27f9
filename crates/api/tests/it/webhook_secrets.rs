//! The secrets that sign callbacks and webhooks.

use cartola_crypto::WebhookSecret;
use cartola_primitives::{Secret, SignedDuration};
use serde_json::{Value, json};

use crate::world::{World, text};

const ROTATE: &str = "/v1/webhook-secrets/rotate";

/// What each secret that signs now makes of one text, the newest first.
async fn signatures(world: &World) -> Vec<String> {
    let secrets = world.engine.webhook_secrets(world.keys.tenant.id, 4).await.unwrap();
    secrets.iter().map(|secret| secret.sign("msg", 1, b"body")).collect()
}

fn signature(secret: &str) -> String {
    WebhookSecret::parse(&Secret::new(secret.to_owned())).unwrap().sign("msg", 1, b"body")
}

fn signing(list: &Value) -> Vec<bool> {
    list["data"].as_array().unwrap().iter().map(|row| row["signs"] == true).collect()
}

#[tokio::test]
async fn both_secrets_sign_until_the_overlap_is_over() {
    let world = World::new().await;
    let old = signature(world.keys.webhook_secret.as_ref().unwrap().expose());
    world.clock.advance(SignedDuration::from_secs(1));
    let rotated = world.post(ROTATE, "").await;
    assert_eq!(rotated.status, 201);
    let rotated = rotated.json();
    let new = signature(text(&rotated, "/secret"));
    assert_eq!(text(&rotated, "/others_until"), "2026-04-11T15:00:01Z");
    assert_eq!(signatures(&world).await, [&*new, &old]);
    let list = world.get("/v1/webhook-secrets").await;
    assert!(!list.text().contains("whsec_"), "a secret is shown once");
    let list = list.json();
    assert_eq!(signing(&list), [true, true]);
    assert_eq!(list["data"][0]["until"], rotated["others_until"]);
    assert_eq!(list["data"][1]["id"], rotated["id"]);
    assert_eq!(list["data"][1].get("until"), None);
    world.clock.advance(SignedDuration::from_hours(24) - SignedDuration::from_micros(1));
    assert_eq!(signatures(&world).await.len(), 2);
    world.clock.advance(SignedDuration::from_micros(1));
    assert_eq!(signatures(&world).await, [new]);
    assert_eq!(signing(&world.read("/v1/webhook-secrets").await), [false, true]);
}

#[tokio::test]
async fn a_secret_that_has_leaked_ends_at_once() {
    let world = World::new().await;
    let first = world.post(ROTATE, r#"{"overlap_seconds":3600}"#).await.json();
    world.clock.advance(SignedDuration::from_secs(1));
    // What was to end in an hour ends now too.
    let second = world.post(ROTATE, r#"{"overlap_seconds":0}"#).await.json();
    assert_eq!(signatures(&world).await, [signature(text(&second, "/secret"))]);
    assert_ne!(first["secret"], second["secret"]);
    assert_eq!(signing(&world.read("/v1/webhook-secrets").await), [false, false, true]);
}

#[tokio::test]
async fn an_end_that_was_said_is_not_put_off() {
    let world = World::new().await;
    let first = world.post(ROTATE, r#"{"overlap_seconds":3600}"#).await.json();
    world.clock.advance(SignedDuration::from_secs(1));
    world.post(ROTATE, "{}").await;
    let list = world.read("/v1/webhook-secrets").await;
    assert_eq!(list["data"][0]["until"], first["others_until"]);
    assert_eq!(signatures(&world).await.len(), 3);
}

#[tokio::test]
async fn a_rotation_happens_once_for_a_key_and_is_audited() {
    let world = World::new().await;
    let first = world.post_keyed(ROTATE, "", Some("k")).await;
    let again = world.post_keyed(ROTATE, "", Some("k")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(first.json(), again.json());
    let audit = world.get("/v1/audit").await;
    assert!(!audit.text().contains("whsec_"));
    let audit = audit.json();
    let entries = audit["data"].as_array().unwrap().iter();
    let rotations: Vec<_> =
        entries.filter(|row| row["action"] == "webhook_secret.rotated").collect();
    assert_eq!(rotations.len(), 1);
    assert_eq!(rotations[0]["subject"], first.json()["id"]);
    let details = json!({"others_until": first.json()["others_until"]});
    assert_eq!(rotations[0]["details"], details);
}

#[tokio::test]
async fn an_overlap_is_at_most_thirty_days() {
    let world = World::new().await;
    for seconds in ["-1", "2592001", "1.5", "\"1\""] {
        let body = format!(r#"{{"overlap_seconds":{seconds}}}"#);
        let refusal = world.post(ROTATE, &body).await.refusal();
        assert!(refusal.starts_with("422 json_invalid"), "{seconds}: {refusal}");
    }
    assert_eq!(world.post(ROTATE, r#"{"overlap_seconds":2592000}"#).await.status, 201);
}
