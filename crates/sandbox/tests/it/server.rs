//! The box over HTTP, in process.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use cartola_primitives::Rut;
use cartola_primitives::clock::ManualClock;
use cartola_primitives::randomness::SeededRandomness;
use cartola_sandbox::{
    FILE_NAME, ListedInstitution, Named, Post, PostError, Sandbox, Scenario, World, listed,
};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tower::ServiceExt;

pub const DEVICE: &str = "9f1e0000-0000-4000-a000-0000000000c7";

pub struct Server {
    folder: TempDir,
    pub world: Arc<World>,
    router: Router,
}

/// Posts to whatever is said: tests name their own receivers.
struct Poster;

#[async_trait]
impl Post for Poster {
    async fn post(&self, url: &str, headers: HeaderMap, body: Bytes) -> Result<u16, PostError> {
        let mut request = Request::post(url).body(Full::<Bytes>::from(body)).unwrap();
        if request.uri().scheme_str() != Some("http") {
            return Err(PostError::Refused("it is none of a test".to_owned()));
        }
        *request.headers_mut() = headers;
        let client = Client::builder(TokioExecutor::new()).build_http();
        let answer = client.request(request).await.map_err(|_| PostError::Unanswered)?;
        Ok(answer.status().as_u16())
    }
}

/// Status and body; a body that is no JSON is a string.
pub type Answer = (u16, Value);

impl Server {
    pub fn new() -> Self {
        Self::over(tempfile::tempdir().unwrap())
    }

    /// The box of a folder.
    fn over(folder: TempDir) -> Self {
        let clock = Arc::new(ManualClock::new("2026-11-20T15:00:00Z".parse().unwrap()));
        let world = Arc::new(World::open(folder.path(), None, clock).unwrap());
        let randomness = Arc::new(SeededRandomness::new(1));
        let router = Sandbox::new(Arc::clone(&world), randomness, Arc::new(Poster)).router();
        Self { folder, world, router }
    }

    /// The box as another process finds it that is started when this one was killed. Calls that were
    /// made to this one may still hold its file, so that the other has a copy.
    pub fn again(&self) -> Self {
        Self::over_file(&std::fs::read(self.folder().join(FILE_NAME)).unwrap())
    }

    /// A box with these bytes in its file.
    pub fn over_file(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), bytes).unwrap();
        Self::over(folder)
    }

    /// Where the box is kept.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The box on a port of its own, as long as the test's runtime.
    pub async fn listen(&self) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await });
        address
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let Ok(body) = response.into_body().collect().await else {
            return (status, Value::String("(cut)".to_owned()));
        };
        let bytes = body.to_bytes();
        let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
        (status, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
    }

    /// Everything of an answer that is text.
    pub async fn whole(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (head.status, head.headers, String::from_utf8_lossy(&bytes).into_owned())
    }

    pub async fn lever(&self, method: &str, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(format!("/_sandbox{path}"));
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    /// A call of a bank's protocol; `token` is an access token or nothing.
    pub async fn bank(
        &self,
        call: (&str, &str, &str),
        token: &str,
        device: &str,
        body: Value,
    ) -> Answer {
        let (institution, method, path) = call;
        let uri = format!("/banks/{institution}/api/v1/mibanco/{path}");
        let mut request = Request::builder().method(method).uri(uri);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if !device.is_empty() {
            request = request.header("x-device-id", device);
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.send(request.body(body).unwrap()).await
    }

    /// What the list of persons says of somebody at an institution.
    pub fn at(&self, scenario: Scenario, institution: &str) -> ListedInstitution {
        let persons = listed(self.world.population());
        let person = persons.into_iter().find(|person| person.scenario == scenario).unwrap();
        person.institutions.into_iter().find(|each| each.id == institution).unwrap()
    }

    pub async fn log_in(&self, scenario: Scenario, institution: &str) -> Answer {
        let known = self.at(scenario, institution);
        let mut body = json!({"rut": known.username, "device_fingerprint": "f"});
        match known.password {
            Some(password) => body["password"] = password.into(),
            None => body["mi_pin"] = known.mi_pin.unwrap().into(),
        }
        self.bank((institution, "POST", "session"), "", DEVICE, body).await
    }

    pub async fn token(&self, scenario: Scenario, institution: &str) -> String {
        let (status, body) = self.log_in(scenario, institution).await;
        assert_eq!(status, 200, "{body}");
        body["access_token"].as_str().unwrap().to_owned()
    }
}

/// The named person of a scenario.
pub fn named(scenario: Scenario) -> Rut {
    Named::all().find(|named| named.scenario() == scenario).unwrap().rut()
}

pub fn code((status, body): &Answer) -> String {
    format!("{status} {}", body["code"].as_str().unwrap_or("(none)"))
}
