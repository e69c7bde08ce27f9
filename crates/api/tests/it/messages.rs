//! Callbacks and webhooks as their tenant sees them.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use cartola_engine::outbox::{PlainMessage, Towards};
use cartola_model::{Failure, Scope};
use cartola_primitives::id::{LeaseId, MessageId};
use cartola_primitives::monotonic::{ManualMonotonic, Monotonic};
use cartola_primitives::{Secret, SignedDuration};
use cartola_store::jobs::{Claim, Limits, Others, Queue};
use cartola_store::outbox::{Attempt, AttemptFailure, AttemptOutcome, DeliveryEnd, message_of};
use cartola_store::{Command, Committer, Jobs, UnitOfWork};
use expect_test::expect;
use serde_json::{Value, json};

use crate::world::{World, bearer, request, text};

const URL: &str = "https://Example.cl/hooks?token=hidden";
const OTHER: &str = "http://other.example:8080/";
const DEAD: DeliveryEnd = DeliveryEnd::Dead { failure: Failure::InstitutionDown };

impl World {
    /// Writes a message to a URL.
    pub async fn write(&self, url: &str) -> MessageId {
        let envelope = json!({"url": url, "headers": [["authorization", "hidden"]]}).to_string();
        let plain = PlainMessage {
            envelope: Secret::new(envelope.into_bytes()),
            body: Secret::new(br#"{"glosa":"hidden"}"#.to_vec()),
        };
        let (tenant, to) = (self.keys.tenant.id, Towards { url, receiver: url });
        let order = self.engine.seal_message(tenant, to, &plain).await.unwrap();
        let id = order.id;
        self.engine.send(tenant, order).await.unwrap();
        id
    }

    /// Makes an attempt at everything that is due.
    async fn attempt(&self, outcome: AttemptOutcome, end: DeliveryEnd) {
        let now = self.engine.now();
        let claim = Claim {
            queue: Queue::Outbox,
            now,
            moment: ManualMonotonic::new(self.engine.mint()).moment(),
            term: Duration::from_mins(1),
            leases: (0..100).map(|_| self.engine.mint::<LeaseId>()).collect(),
            limits: Limits::NONE,
            frees: true,
            others: Others::Over,
        };
        for job in self.store.claim(claim).await.unwrap() {
            let (id, lease) = (message_of(job.row.order.id), job.lease);
            let attempt = Attempt { at: now, lasted: Duration::from_millis(120), outcome };
            let end = Command::EndDelivery { id, lease, attempt, end };
            self.store.commit(UnitOfWork::new(job.tenant, now).with(end)).await.unwrap();
        }
    }

    /// A message that was given up.
    async fn dead(&self, url: &str) -> MessageId {
        let id = self.write(url).await;
        self.attempt(AttemptOutcome::Status(503), DEAD).await;
        id
    }

    /// The messages of a list, by id.
    async fn listed(&self, query: &str) -> Vec<String> {
        let list = self.read(&format!("/v1/messages?{query}")).await;
        let rows = list["data"].as_array().unwrap().iter();
        rows.map(|row| text(row, "/id").to_owned()).collect()
    }

    /// What was audited of that action: subjects and details.
    async fn audited(&self, action: &str) -> Vec<String> {
        let list = self.read("/v1/audit?limit=500").await;
        let rows = list["data"].as_array().unwrap().iter().filter(|row| row["action"] == action);
        rows.map(|row| format!("{} {}", text(row, "/subject"), row["details"])).collect()
    }
}

fn shown(mut value: Value) -> String {
    for pointer in ["/id", "/endpoint/id"] {
        *value.pointer_mut(pointer).unwrap() = "…".into();
    }
    serde_json::to_string_pretty(&value).unwrap()
}

#[tokio::test]
async fn a_message_shows_where_it_stands_and_every_attempt_and_not_what_it_says() {
    let world = World::new().await;
    let id = world.write(URL).await;
    let failure = Failure::Timeout;
    let retry = DeliveryEnd::Retry { not_before: world.engine.now(), failure };
    world.attempt(AttemptOutcome::Failed(AttemptFailure::Timeout), retry).await;
    world.attempt(AttemptOutcome::Status(503), DEAD).await;
    let answer = world.get(&format!("/v1/messages/{id}")).await;
    assert!(!answer.text().contains("hidden"), "{}", answer.text());
    let message = answer.json();
    assert_eq!(text(&message, "/id"), id.to_string());
    expect![[r#"
        {
          "attempts": 2,
          "created_at": "2026-04-10T15:00:00Z",
          "ended_at": "2026-04-10T15:00:00Z",
          "endpoint": {
            "id": "…",
            "receiver": "example.cl:443"
          },
          "id": "…",
          "log": [
            {
              "at": "2026-04-10T15:00:00Z",
              "duration_ms": 120,
              "failure": "timeout"
            },
            {
              "at": "2026-04-10T15:00:00Z",
              "duration_ms": 120,
              "status": 503
            }
          ],
          "state": "dead"
        }"#]]
    .assert_eq(&shown(message));
    let list = world.get("/v1/messages").await;
    assert!(!list.text().contains("hidden") && !list.text().contains("log"), "{}", list.text());
}

#[tokio::test]
async fn messages_are_listed_by_state_endpoint_and_time() {
    let world = World::new().await;
    let first = world.dead(URL).await.to_string();
    world.clock.advance(SignedDuration::from_mins(10));
    let other = world.dead(OTHER).await.to_string();
    world.clock.advance(SignedDuration::from_mins(10));
    let last = world.write(URL).await.to_string();
    assert_eq!(world.listed("").await, [&*first, &other, &last]);
    assert_eq!(world.listed("state=dead").await, [&*first, &other]);
    assert_eq!(world.listed("state=pending").await, [&*last]);
    assert_eq!(world.listed("state=delivered").await, [""; 0]);
    assert_eq!(world.listed("from=2026-04-10T15:10:00Z").await, [&*other, &last]);
    assert_eq!(world.listed("until=2026-04-10T15:10:00Z").await, [&*first]);
    let message = world.read(&format!("/v1/messages/{first}")).await;
    let endpoint = text(&message, "/endpoint/id");
    assert_eq!(world.listed(&format!("endpoint={endpoint}")).await, [&*first, &last]);
    assert_eq!(world.listed(&format!("endpoint={endpoint}&state=dead")).await, [&*first]);
    let page = world.read("/v1/messages?limit=2").await;
    let cursor = text(&page, "/next_cursor");
    assert_eq!(world.listed(&format!("limit=2&cursor={cursor}")).await, [&*last]);
    for (query, refusal) in [
        ("state=lost", "400 parameter_invalid state"),
        ("endpoint=end_1", "400 parameter_invalid endpoint"),
        ("from=yesterday", "400 parameter_invalid from"),
    ] {
        assert_eq!(world.get(&format!("/v1/messages?{query}")).await.refusal(), refusal);
    }
    let other_list = format!("/v1/messages?state=dead&cursor={cursor}");
    assert_eq!(world.get(&other_list).await.refusal(), "400 cursor_invalid");
}

#[tokio::test]
async fn what_was_given_up_is_sent_again_under_its_id() {
    let world = World::new().await;
    let id = world.dead(URL).await;
    let path = format!("/v1/messages/{id}/replay");
    let replayed = world.post(&path, "").await;
    assert_eq!(replayed.status, 200);
    let message = replayed.json();
    assert_eq!((text(&message, "/state"), &message["attempts"]), ("pending", &json!(0)));
    assert_eq!(text(&message, "/next_attempt_at"), "2026-04-10T15:00:00Z");
    assert_eq!(world.post(&path, "").await.refusal(), "409 message_not_dead");
    world.attempt(AttemptOutcome::Status(200), DeliveryEnd::Delivered).await;
    let message = world.read(&format!("/v1/messages/{id}")).await;
    assert_eq!((text(&message, "/state"), text(&message, "/id")), ("delivered", &*id.to_string()));
    assert_eq!(message["log"].as_array().unwrap().len(), 2);
    assert_eq!(world.post(&path, "").await.refusal(), "409 message_not_dead");
    let audited = world.audited("message.replayed").await;
    assert!(audited[0].starts_with(&format!("{id} {{\"endpoint\":\"end_")), "{audited:?}");
    let unknown = format!("/v1/messages/msg_{}/replay", "0".repeat(32));
    assert_eq!(world.post(&unknown, "").await.refusal(), "404 not_found message");
}

#[tokio::test]
async fn all_of_a_span_is_replayed_once_for_a_key() {
    let world = World::new().await;
    world.dead(URL).await;
    world.clock.advance(SignedDuration::from_mins(10));
    for url in [URL, OTHER, URL] {
        world.dead(url).await;
    }
    let span = r#"{"from":"2026-04-10T15:10:00Z","until":"2026-04-10T15:11:00Z"}"#;
    let replayed = world.post_keyed("/v1/messages/replay", span, Some("k")).await;
    assert_eq!(replayed.json(), json!({"replayed": 3, "more": false}));
    assert_eq!(world.listed("state=pending").await.len(), 3);
    world.attempt(AttemptOutcome::Status(503), DEAD).await;
    let again = world.post_keyed("/v1/messages/replay", span, Some("k")).await;
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(world.listed("state=pending").await.len(), 0);
    let endpoint = text(&world.read("/v1/messages").await, "/data/0/endpoint/id").to_owned();
    let to_one = json!({"endpoint": endpoint}).to_string();
    let replayed = world.post("/v1/messages/replay", &to_one).await.json();
    assert_eq!(replayed, json!({"replayed": 3, "more": false}));
    let rest = world.post("/v1/messages/replay", "").await.json();
    assert_eq!(rest, json!({"replayed": 1, "more": false}));
    let none = world.post("/v1/messages/replay", "").await.json();
    assert_eq!(none, json!({"replayed": 0, "more": false}));
    let audited = world.audited("message.replayed").await;
    assert_eq!(audited.len(), 3, "{audited:?}");
    assert!(audited[0].contains(r#""messages":"3""#), "{audited:?}");
    let wrong = world.post("/v1/messages/replay", r#"{"from":"then"}"#).await;
    assert_eq!(wrong.refusal(), "422 json_invalid from");
}

#[tokio::test]
async fn one_call_replays_so_many_and_says_that_there_are_more() {
    let world = World::new().await;
    for _ in 0..cartola_engine::messages::MAX_REPLAYED + 2 {
        world.write(URL).await;
    }
    while !world.listed("state=pending&limit=1").await.is_empty() {
        world.attempt(AttemptOutcome::Status(503), DEAD).await;
    }
    for (replayed, more) in [(1_000, true), (2, false)] {
        let told = world.post("/v1/messages/replay", "").await.json();
        assert_eq!(told, json!({"replayed": replayed, "more": more}));
    }
}

#[tokio::test]
async fn an_endpoint_that_is_gone_is_enabled_before_anything_is_replayed() {
    let world = World::new().await;
    let id = world.write(URL).await;
    world.attempt(AttemptOutcome::Status(410), DeliveryEnd::Disabled).await;
    let kept = world.dead(OTHER).await;
    let message = world.read(&format!("/v1/messages/{id}")).await;
    let endpoint = text(&message, "/endpoint/id").to_owned();
    assert_eq!(text(&message, "/endpoint/disabled_at"), "2026-04-10T15:00:00Z");
    let read = world.read(&format!("/v1/endpoints/{endpoint}")).await;
    assert_eq!(read, message["endpoint"]);
    let replay = format!("/v1/messages/{id}/replay");
    assert_eq!(world.post(&replay, "").await.refusal(), "409 endpoint_disabled");
    let to_one = json!({"endpoint": endpoint}).to_string();
    let refused = world.post("/v1/messages/replay", &to_one).await;
    assert_eq!(refused.refusal(), "409 endpoint_disabled");
    let others = world.post("/v1/messages/replay", "").await.json();
    assert_eq!(others["replayed"], 1);
    assert_eq!(world.listed("state=pending").await, [kept.to_string()]);
    let enable = format!("/v1/endpoints/{endpoint}/enable");
    for _ in 0..2 {
        let enabled = world.post(&enable, "").await.json();
        assert_eq!(enabled, json!({"id": endpoint, "receiver": "example.cl:443"}));
    }
    assert_eq!(world.audited("endpoint.enabled").await, [format!("{endpoint} null")]);
    assert_eq!(world.post(&replay, "").await.status, 200);
    let unknown = format!("/v1/endpoints/end_{}", "0".repeat(64));
    assert_eq!(world.get(&unknown).await.refusal(), "404 not_found endpoint");
    let enable = world.post(&format!("{unknown}/enable"), "").await;
    assert_eq!(enable.refusal(), "404 not_found endpoint");
    let odd = world.get("/v1/endpoints/end_1").await;
    assert_eq!(odd.refusal(), "400 parameter_invalid id");
}

#[tokio::test]
async fn another_tenant_sees_and_moves_nothing() {
    let world = World::new().await;
    let id = world.dead(URL).await;
    let message = world.read(&format!("/v1/messages/{id}")).await;
    let endpoint = text(&message, "/endpoint/id");
    let other = world.engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let ask = async |method: Method, path: &str| {
        let request = request(method, path, &bearer(&other));
        world.send(request.body(Body::empty()).unwrap()).await
    };
    for (method, path) in [
        (Method::GET, format!("/v1/messages/{id}")),
        (Method::POST, format!("/v1/messages/{id}/replay")),
        (Method::GET, format!("/v1/endpoints/{endpoint}")),
        (Method::POST, format!("/v1/endpoints/{endpoint}/enable")),
    ] {
        assert_eq!(ask(method, &path).await.status, 404, "{path}");
    }
    for path in ["/v1/messages".to_owned(), format!("/v1/messages?endpoint={endpoint}")] {
        assert_eq!(ask(Method::GET, &path).await.json()["data"], json!([]));
    }
    assert_eq!(ask(Method::POST, "/v1/messages/replay").await.json()["replayed"], 0);
    assert_eq!(world.listed("state=dead").await, [id.to_string()]);
    let theirs = ask(Method::GET, "/v1/webhook-secrets").await.json();
    let ours = world.read("/v1/webhook-secrets").await;
    assert_ne!(theirs["data"][0]["id"], ours["data"][0]["id"]);
}
