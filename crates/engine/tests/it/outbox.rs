//! Messages: signed by the secrets that hold, sealed for their tenant, forgotten in time.

use cartola_crypto::WebhookSecret;
use cartola_engine::once::Reply;
use cartola_engine::outbox::{PlainMessage, Towards};
use cartola_engine::retention::ENDED_KEPT;
use cartola_engine::rows::CredentialKind;
use cartola_model::Scope;
use cartola_primitives::id::{CredentialId, LeaseId, MessageId};
use cartola_primitives::monotonic::{ManualMonotonic, Monotonic};
use cartola_primitives::{Secret, SignedDuration};
use cartola_store::jobs::{Claim, Limits, Others, Queue};
use cartola_store::outbox::{Attempt, AttemptOutcome, DeliveryEnd};
use cartola_store::{Command, Committer, Jobs, Outbox, UnitOfWork};

use crate::world::World;

pub const URL: &str = "https://example.cl/hooks";

/// A URL of the receiver that all of them have.
pub const fn to(url: &str) -> Towards<'_> {
    Towards { url, receiver: "example.cl:443" }
}

pub fn plain(body: &str) -> PlainMessage {
    PlainMessage {
        envelope: Secret::new(b"envelope".to_vec()),
        body: Secret::new(body.as_bytes().to_vec()),
    }
}

/// Signatures of one text by each of these secrets.
fn signatures(secrets: &[WebhookSecret]) -> Vec<String> {
    secrets.iter().map(|secret| secret.sign("msg", 1, b"body")).collect()
}

fn signature(text: &Secret<String>) -> String {
    WebhookSecret::parse(text).unwrap().sign("msg", 1, b"body")
}

#[tokio::test]
async fn the_secrets_that_hold_sign_the_newest_first() {
    let world = World::new().await;
    let tenant = world.who.tenant;
    let first = signature(world.keys.webhook_secret.as_ref().unwrap());
    let known = world.engine.credentials(tenant).await.unwrap();
    let is_ours = |kind| kind == CredentialKind::WebhookSecret;
    let old: CredentialId = known.iter().find(|row| is_ours(row.kind)).unwrap().id;
    let signing =
        async |at_most| signatures(&world.engine.webhook_secrets(tenant, at_most).await.unwrap());
    assert_eq!(signing(4).await, [&*first]);
    world.clock.advance(SignedDuration::from_secs(1));
    let issue = async || world.engine.issue(world.keys.tenant.clone(), &Scope::ALL).await.unwrap();
    assert!(issue().await.webhook_secret.is_none(), "further keys leave what signs alone");
    assert_eq!(signing(4).await, [&*first]);
    let day = SignedDuration::from_hours(24);
    let rotated = world.engine.rotate_webhook_secret(&world.who, day, Reply::NONE).await.unwrap();
    let second = signature(&rotated.secret);
    assert_eq!(signing(4).await, [&*second, &*first]);
    assert_eq!(signing(1).await, [&*second]);
    world.engine.revoke_credential(tenant, old).await.unwrap();
    assert_eq!(signing(4).await, [second]);
    world.engine.revoke_credential(tenant, rotated.id).await.unwrap();
    let third = signature(&issue().await.webhook_secret.unwrap());
    assert_eq!(signing(4).await, [third]);
}

#[tokio::test]
async fn a_message_opens_at_its_place_alone() {
    let world = World::new().await;
    let tenant = world.who.tenant;
    let order = world.engine.seal_message(tenant, to(URL), &plain("hola")).await.unwrap();
    let opened = world.engine.open_message(tenant, &order).await.unwrap();
    assert_eq!(opened.envelope.expose(), b"envelope");
    assert_eq!(opened.body.expose(), b"hola");
    let mut moved = order.clone();
    moved.id = MessageId::from_bytes([7; 16]);
    assert!(world.engine.open_message(tenant, &moved).await.is_err());
    let mut swapped = order.clone();
    std::mem::swap(&mut swapped.envelope, &mut swapped.body);
    assert!(world.engine.open_message(tenant, &swapped).await.is_err());
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap().tenant.id;
    assert!(world.engine.open_message(other, &order).await.is_err());
}

#[tokio::test]
async fn messages_to_one_url_of_one_tenant_are_known_to_be() {
    let world = World::new().await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap().tenant.id;
    let digest = async |tenant, url| {
        world.engine.seal_message(tenant, to(url), &plain("")).await.unwrap().destination
    };
    let known = digest(world.who.tenant, URL).await;
    assert_eq!(digest(world.who.tenant, URL).await, known);
    assert_ne!(digest(world.who.tenant, "https://example.cl/").await, known);
    assert_ne!(digest(other, URL).await, known);
}

#[tokio::test]
async fn urls_of_one_receiver_share_its_places() {
    let world = World::new().await;
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap().tenant.id;
    let lane = async |tenant, url, receiver| {
        let order =
            world.engine.seal_message(tenant, Towards { url, receiver }, &plain("")).await.unwrap();
        order.receiver.unwrap()
    };
    let tenant = world.who.tenant;
    let known = lane(tenant, URL, "example.cl:443").await;
    assert_eq!(lane(tenant, "https://example.cl/", "example.cl:443").await, known);
    assert_ne!(lane(tenant, URL, "example.cl:8443").await, known);
    assert_eq!(lane(other, URL, "example.cl:443").await, known);
}

/// Writes a message, and delivers it at once.
async fn delivered(world: &World) -> MessageId {
    let tenant = world.who.tenant;
    let order = world.engine.seal_message(tenant, to(URL), &plain("{}")).await.unwrap();
    let (id, now) = (order.id, world.engine.now());
    let commit = async |command| {
        world.store.commit(UnitOfWork::new(tenant, now).with(command)).await.unwrap();
    };
    commit(Command::AddMessage(order)).await;
    let lease: LeaseId = world.engine.mint();
    let claim = Claim {
        queue: Queue::Outbox,
        now,
        moment: ManualMonotonic::new(world.engine.mint()).moment(),
        term: std::time::Duration::from_mins(1),
        leases: vec![lease],
        limits: Limits::NONE,
        frees: true,
        others: Others::Over,
    };
    assert_eq!(world.store.claim(claim).await.unwrap().len(), 1);
    let outcome = AttemptOutcome::Status(200);
    let attempt = Attempt { at: now, lasted: std::time::Duration::ZERO, outcome };
    commit(Command::EndDelivery { id, lease, attempt, end: DeliveryEnd::Delivered }).await;
    id
}

#[tokio::test]
async fn what_has_ended_is_kept_for_its_time() {
    let world = World::new().await;
    let id = delivered(&world).await;
    world.clock.advance(ENDED_KEPT);
    let late = delivered(&world).await;
    assert_eq!(world.engine.forget_ended().await.unwrap(), 0);
    world.clock.advance(SignedDuration::from_micros(1));
    assert_eq!(world.engine.forget_ended().await.unwrap(), 1);
    assert!(world.store.message(world.who.tenant, id).await.unwrap().is_none());
    assert!(world.store.message(world.who.tenant, late).await.unwrap().is_some());
    assert_eq!(world.engine.forget_ended().await.unwrap(), 0);
}
