//! Nothing personal and nothing secret in refusals or in the log.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::Method;
use cartola_store::StoreErrorKind;
use serde_json::json;

use crate::bank::wanted;
use crate::files::{Form, MAPPING, csv};
use crate::statement::panicking;
use crate::world::{Answer, World, request};

/// What must never be seen: parts of a RUT, names, glosas, the key's own characters.
const SECRETS: &[&str] = &[
    "11.111.111",
    "11111111",
    "MARIA",
    "maria",
    "JUAN",
    "GLOSA SECRETA",
    "glosa",
    "clave-secreta",
];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn capture() -> (Self, tracing::subscriber::DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    fn lines(&self) -> Vec<serde_json::Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

fn assert_silent(what: &str, text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{what} shows {secret}: {text}");
    }
}

async fn raw(world: &World, method: Method, path: &str, content_type: &str, body: &str) -> Answer {
    let request = request(method, path, &world.bearer())
        .header("content-type", content_type)
        .header("x-request-id", "prueba-1")
        .body(Body::from(body.to_owned()));
    world.send(request.unwrap()).await
}

#[tokio::test]
async fn refusals_and_log_are_silent_about_whatever_was_sent_or_is_stored() {
    let (log, _guard) = Log::capture();
    let world = World::new().await;
    let key = world.keys.api_key.expose().clone();
    world.import(&["5;GLOSA SECRETA;-10;990;JUAN PEREZ"]).await;
    world.read("/v1/movements?text=GLOSA+SECRETA").await;
    let mut refused = Vec::new();
    for path in [
        "/v1/movements?text=%00MARIA",
        "/v1/movements?maria=11.111.111-1",
        "/v1/movements?from=11.111.111-1",
        "/v1/movements?cursor=MARIA",
        "/v1/accounts/11.111.111-1",
        "/v1/institutions/MARIA",
        "/v1/MARIA/11.111.111-1",
        "/errors/maria",
    ] {
        refused.push(raw(&world, Method::GET, path, "", "").await);
    }
    let split = format!("/v1/movements/mov_{}/split", "0".repeat(32));
    for body in
        [r#"{"MARIA":1}"#, r#"{"source_id":"11.111.111-1"}"#, "MARIA", r#"{"source_id":11111111}"#]
    {
        refused.push(raw(&world, Method::POST, &split, "application/json", body).await);
        refused.push(raw(&world, Method::POST, &split, "text/maria", body).await);
    }
    for file in [
        "MARIA;11.111.111-1",
        &csv(&["5;GLOSA SECRETA;MARIA;990"]),
        &csv(&["5;GLOSA SECRETA;-10;11.111.111-1"]),
    ] {
        let form = Form::new().part("file", file).part("mapping", MAPPING);
        refused.push(world.upload(form.part("password", "clave-secreta")).await);
        refused.push(world.upload(Form::new().part("file", file).part("MARIA", "x")).await);
    }
    let form = Form::new().part("file", "x").part("mapping", "MARIA = [11.111.111-1");
    refused.push(world.upload(form).await);
    for answer in &refused {
        assert!(answer.status.is_client_error(), "{}", answer.text());
        assert_silent("a refusal", answer.text());
        assert_silent("a header", &format!("{:?}", answer.headers));
        assert!(!answer.text().contains(&key[12..]));
    }
    assert_silent("the log", &log.text());
    assert!(!log.text().contains(&key[12..]));
}

#[tokio::test]
async fn links_are_begun_and_refused_without_a_word_of_credentials_or_their_holder() {
    let (log, _guard) = Log::capture();
    let world = World::new().await;
    let link = world.begin_link().await;
    let readings = format!("/v1/links/{link}/readings");
    let others = [
        json!({"institution": "MARIA"}),
        json!({"rut": "11.111.111-2"}),
        json!({"credentials": {"rut": "5.126.663-3", "password": "clave-secreta"}}),
        json!({"credentials": {"MARIA": "clave-secreta"}}),
        json!({"credentials": {"password": "clave-secreta".repeat(2)}}),
        json!({"credentials": ["clave-secreta"]}),
        json!({"purpose": "MARIA\tMARIA"}),
        json!({"MARIA": "clave-secreta"}),
    ];
    let mut refused = Vec::new();
    for other in others {
        refused.push(world.post_keyed("/v1/links", &wanted(&other), Some("maria")).await);
        refused.push(world.post(&readings, &other.to_string()).await);
    }
    for answer in &refused {
        assert!(answer.status.is_client_error(), "{}", answer.text());
        assert_silent("a refusal", answer.text());
    }
    assert_silent("the log", &log.text());
}

#[tokio::test]
async fn a_request_is_one_line_of_log_with_its_route_and_its_caller() {
    let (log, _guard) = Log::capture();
    let world = World::new().await;
    let id = format!("acc_{}", "0".repeat(32));
    raw(&world, Method::GET, &format!("/v1/accounts/{id}"), "", "").await;
    let lines: Vec<_> =
        log.lines().into_iter().filter(|line| line["target"] == "http.access").collect();
    assert_eq!(lines.len(), 1);
    let fields = &lines[0]["fields"];
    assert_eq!(fields["route"], "/v1/accounts/{id}");
    assert_eq!(fields["method"], "GET");
    assert_eq!(fields["status"], 404);
    assert_eq!(fields["request_id"], "prueba-1");
    assert_eq!(fields["tenant"], world.keys.tenant.id.to_string());
    assert!(fields["credential"].as_str().unwrap().starts_with("key_"));
    assert!(fields["duration_us"].is_u64());
    assert!(!log.text().contains(&id));
}

#[tokio::test]
async fn a_fault_is_logged_once_with_the_request_and_shown_to_nobody() {
    let (log, _guard) = Log::capture();
    let world = World::new().await;
    let cases = [
        (StoreErrorKind::Corrupt, "500 internal"),
        (StoreErrorKind::Misuse, "500 internal"),
        (StoreErrorKind::Unavailable, "503 outcome_unknown"),
        (StoreErrorKind::Full, "507 storage_full"),
        (StoreErrorKind::Busy, "503 busy"),
    ];
    for (kind, refusal) in cases {
        // The first commit of a first import makes the holder's key.
        world.store.fail_next_commit(kind);
        let answer = world.upload(Form::of(&["5;COMPRA;-10;990"])).await;
        assert_eq!(answer.refusal(), refusal);
        let id = answer.header("x-request-id").to_owned();
        let faults: Vec<_> = log
            .lines()
            .into_iter()
            .filter(|line| line["target"] == "http.fault" && line["fields"]["request_id"] == id)
            .collect();
        assert_eq!(faults.len(), 1, "{refusal}");
        let cause = faults[0]["fields"]["cause"].as_str().unwrap();
        assert!(!cause.is_empty() && !answer.text().contains(cause), "{cause}");
    }
    assert_eq!(world.upload(Form::of(&["5;COMPRA;-10;990"])).await.status, 201);
}

#[tokio::test]
async fn a_connector_that_panics_cuts_the_work_short_and_no_more() {
    let (log, _guard) = Log::capture();
    let world = World::new().await;
    let answer = world.upload(panicking()).await;
    assert_eq!(answer.refusal(), "503 interrupted");
    assert_eq!(answer.header("retry-after"), "5");
    assert!(!answer.text().contains("defect") && log.text().contains("cut short"));
    assert_eq!(world.upload(Form::of(&["5;COMPRA;-10;990"])).await.status, 201);
}
