//! The API over a store in memory, with a clock that stands still. Every answer is checked against
//! the OpenAPI document as it comes.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use cartola_api::Settings;
use cartola_connector::Registry;
use cartola_crypto::jws::Algorithm;
use cartola_crypto::{KeyRing, MasterKey};
use cartola_engine::authorizations::{PinCost, Rules};
use cartola_engine::tenants::NewKeys;
use cartola_engine::{Engine, Parts};
use cartola_model::{Scope, TransferPayee};
use cartola_primitives::clock::ManualClock;
use cartola_primitives::randomness::SeededRandomness;
use cartola_provider_file::StatementFiles;
use cartola_store::memory::MemoryStore;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::bank::Bank;
use crate::contract;
use crate::statement::Statements;

pub struct World {
    pub router: Router,
    pub engine: Engine,
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    pub keys: NewKeys,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl World {
    pub async fn new() -> Self {
        // Whoever tests limits says so.
        Self::with(Settings { rate_per_second: 100_000, burst: 100_000, ..Settings::default() })
            .await
    }

    pub async fn with(settings: Settings) -> Self {
        let rules = Rules { pin_cost: PinCost::LEAST, ..Rules::default() };
        Self::open(settings, rules, None).await
    }

    /// Where people must approve by those rules, and money goes to that account.
    pub async fn by(rules: Rules, merchant: TransferPayee) -> Self {
        let settings = Settings { rate_per_second: 100_000, burst: 100_000, ..Settings::default() };
        Self::open(settings, rules, Some(merchant)).await
    }

    async fn open(
        settings: Settings,
        authorizations: Rules,
        merchant: Option<TransferPayee>,
    ) -> Self {
        let store = Arc::new(MemoryStore::new());
        let clock = Arc::new(ManualClock::new("2026-04-10T15:00:00Z".parse().unwrap()));
        let randomness = Arc::new(SeededRandomness::new(1));
        let engine = Engine::open(Parts {
            store: store.clone(),
            archive: store.clone(),
            keys: KeyRing::new(MasterKey::generate(randomness.as_ref()), Vec::new()),
            key_source: None,
            connectors: Registry::default()
                .with(Arc::new(StatementFiles::new()))
                .with(Arc::new(Statements::new()))
                .with(Arc::new(Bank::new())),
            clock: clock.clone(),
            randomness,
            token_algorithm: Algorithm::default(),
            merchant,
            authorizations,
        })
        .await
        .unwrap();
        let keys = engine.add_tenant("Empresa", &Scope::ALL).await.unwrap();
        let router = cartola_api::router(engine.clone(), settings);
        Self { router, engine, store, clock, keys }
    }

    /// The tenant's key as the header wants it.
    pub fn bearer(&self) -> String {
        bearer(&self.keys)
    }

    /// Sends any request, and checks the answer against the document.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let answer = self.send_unchecked(request).await;
        contract::check(&method, &path, &answer);
        answer
    }

    pub async fn send_unchecked(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, &self.bearer()).body(Body::empty()).unwrap()).await
    }

    /// A GET that must be answered 200.
    pub async fn read(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    pub async fn post(&self, path: &str, body: &str) -> Answer {
        self.post_keyed(path, body, None).await
    }

    pub async fn post_keyed(&self, path: &str, body: &str, key: Option<&str>) -> Answer {
        let mut request =
            request(Method::POST, path, &self.bearer()).header(CONTENT_TYPE, "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap()).await
    }
}

impl Answer {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a refusal, with what it says of the request: `404 not_found account`.
    pub fn refusal(&self) -> String {
        let problem = self.json();
        assert_eq!(problem["status"], self.status.as_u16());
        assert_eq!(problem["type"], format!("/errors/{}", problem["code"].as_str().unwrap()));
        assert_eq!(problem["request_id"], self.header("x-request-id"));
        let mut text = format!("{} {}", self.status.as_u16(), problem["code"].as_str().unwrap());
        for member in ["parameter", "resource", "scope", "place"] {
            if let Some(said) = problem[member].as_str() {
                text.push(' ');
                text.push_str(said);
            }
        }
        text
    }
}

pub fn bearer(keys: &NewKeys) -> String {
    format!("Bearer {}", keys.api_key.expose())
}

pub fn request(method: Method, path: &str, bearer: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(AUTHORIZATION, bearer)
}

/// The text at a pointer.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {value}"))
}
