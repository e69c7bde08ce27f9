//! Messages to others, delivered by a gateway that runs, to a server that takes them.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use cartola_crypto::WebhookSecret;
use cartola_engine::tokens::Audience;
use cartola_events::{Client, Reach, SystemResolver};
use cartola_http::callbacks::{Callback, Callbacks, UrlError};
use cartola_primitives::Secret;
use cartola_primitives::id::MessageId;
use cartola_store::outbox::{AttemptFailure, AttemptOutcome};
use cartola_store::{Command, UnitOfWork};
use serde_json::Value;
use tempfile::TempDir;

use crate::beside::Beside;
use crate::http::Client as Asker;
use crate::installation::{Demo, Installation};
use crate::receiver::{Call, Receiver};

const BODY: &str = r#"{"glosa":"TRASPASO A: MUÑOZ"}"#;

/// Times that metrics are read before they must say what is waited for.
const READINGS: usize = 20_000;

/// The engine of another process on the same folder, which writes messages as a facade does.
pub struct Facade {
    beside: Beside,
    callbacks: Callbacks,
}

impl Facade {
    fn open(data: &Path, master_key: &str, tenant: &Value, reach: Reach) -> Self {
        let beside = Beside::open(data, master_key, tenant);
        let client = Client::new(reach, Arc::new(SystemResolver));
        let callbacks = Callbacks::new(beside.engine.clone(), client);
        Self { beside, callbacks }
    }

    /// One of a gateway that serves.
    pub fn open_public(data: &Path, master_key: &str, tenant: &Value) -> Self {
        Self::open(data, master_key, tenant, Reach::Public)
    }

    /// A token for a tenant's client and a facade.
    pub fn token(&self, keys: &Value, facade: &'static str) -> String {
        let text = |name: &str| keys[name].as_str().unwrap();
        let (id, secret) = (text("client_id"), text("client_secret"));
        let issued = self.beside.engine.issue_token(id, secret, Audience::new(facade));
        self.beside.runtime.block_on(issued).unwrap().unwrap().token.into_inner()
    }

    fn check(&self, url: &str) -> Result<(), UrlError> {
        self.beside.runtime.block_on(self.callbacks.check(url)).map(|_| ())
    }

    /// Writes a message by a unit of work.
    pub fn write(&self, url: &str) -> MessageId {
        let headers = [("Authorization".to_owned(), "callback-key".to_owned())];
        let url = cartola_http::callbacks::TargetUrl::parse(url).unwrap();
        let callback = Callback { url, headers: &headers, body: BODY.as_bytes().to_vec() };
        let Beside { runtime, engine, store, tenant } = &self.beside;
        let order = runtime.block_on(self.callbacks.compose(*tenant, callback)).unwrap();
        let id = order.id;
        let work = UnitOfWork::new(*tenant, engine.now()).with(Command::AddMessage(order));
        runtime.block_on(store.commit(work)).unwrap();
        id
    }

    /// How a message stands, how often it was taken up, and what each attempt that was recorded
    /// came to.
    fn standing(&self, id: MessageId) -> (&'static str, u32, Vec<AttemptOutcome>) {
        let Beside { runtime, store, tenant, .. } = &self.beside;
        let row = runtime.block_on(store.message(*tenant, id)).unwrap().unwrap();
        let attempts = runtime.block_on(store.attempts(*tenant, id)).unwrap();
        (
            row.state.name(),
            row.attempts,
            attempts.into_iter().map(|attempt| attempt.outcome).collect(),
        )
    }
}

/// A demo, and a facade beside it.
pub struct Scene {
    pub folder: TempDir,
    pub demo: Demo,
    pub facade: Facade,
    pub receiver: Receiver,
}

impl Scene {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let data = folder.path().join("demo");
        let key = std::fs::read_to_string(data.join("keys/master.key")).unwrap();
        let tenant = &demo.announced["tenant"];
        let facade = Facade::open(&data, &key, tenant, Reach::PublicAndLoopback);
        Self { folder, demo, facade, receiver: Receiver::start() }
    }

    /// Insists that a call is this message, whole and signed with the secret that the demo tells.
    #[track_caller]
    fn is_genuine(&self, call: &Call, id: MessageId) {
        let secret = self.demo.announced["webhook_secret"].as_str().unwrap().to_owned();
        let secret = WebhookSecret::parse(&Secret::new(secret)).unwrap();
        let timestamp = call.header("webhook-timestamp").parse().unwrap();
        let signature = secret.sign(&id.to_string(), timestamp, BODY.as_bytes());
        assert_eq!(call.header("webhook-signature"), signature);
        assert_eq!(call.header("webhook-id"), id.to_string());
        assert_eq!(call.header("authorization"), "callback-key");
        assert_eq!(call.header("content-type"), "application/json");
        assert_eq!(call.asked(), "POST /hooks?case=7 HTTP/1.1");
        assert_eq!(call.body, BODY);
    }

    /// Kills the demo, and starts it again.
    fn kill_and_start(self) -> Self {
        self.demo.process.kill();
        Self { demo: Demo::start(self.folder.path()), ..self }
    }

    /// Stops the demo in good order: what was sent is recorded.
    fn stop(self) -> (TempDir, Facade, Receiver) {
        let (code, said) = self.demo.process.terminate();
        assert_eq!(code, 0, "{said}");
        (self.folder, self.facade, self.receiver)
    }
}

#[test]
fn a_message_arrives_signed() {
    let scene = Scene::new();
    scene.facade.check(&scene.receiver.url()).unwrap();
    let id = scene.facade.write(&scene.receiver.url());
    let call = scene.receiver.call();
    scene.is_genuine(&call, id);
    call.answer(204);
    let (_folder, facade, receiver) = scene.stop();
    assert_eq!(facade.standing(id), ("delivered", 1, vec![AttemptOutcome::Status(204)]));
    receiver.was_left_alone();
}

#[test]
fn a_gateway_killed_before_it_recorded_sends_again_under_the_same_id() {
    let scene = Scene::new();
    let id = scene.facade.write(&scene.receiver.url());
    let lost = scene.receiver.call();
    scene.is_genuine(&lost, id);
    let scene = scene.kill_and_start();
    let again = scene.receiver.call();
    scene.is_genuine(&again, id);
    again.answer(200);
    let (_folder, facade, _) = scene.stop();
    assert_eq!(facade.standing(id), ("delivered", 2, vec![AttemptOutcome::Status(200)]));
}

#[test]
fn a_gateway_that_stops_records_what_it_is_sending() {
    let scene = Scene::new();
    let id = scene.facade.write(&scene.receiver.url());
    let call = scene.receiver.call();
    let address = scene.demo.client().address;
    let (_folder, facade, receiver) = std::thread::scope(|scope| {
        let stopping = scope.spawn({
            let Scene { folder, demo, facade, receiver } = scene;
            move || {
                assert_eq!(demo.process.terminate().0, 0);
                (folder, facade, receiver)
            }
        });
        // It listens no more once it was told to stop.
        while TcpStream::connect(&address).is_ok() {}
        call.answer(200);
        stopping.join().unwrap()
    });
    assert_eq!(facade.standing(id), ("delivered", 1, vec![AttemptOutcome::Status(200)]));
    receiver.was_left_alone();
}

#[test]
fn a_receiver_that_is_gone_is_not_called_again() {
    let scene = Scene::new();
    let gone = scene.facade.write(&scene.receiver.url());
    scene.receiver.call().answer(410);
    let (folder, facade, receiver) = scene.stop();
    assert_eq!(facade.standing(gone), ("dead", 1, vec![AttemptOutcome::Status(410)]));
    let late = facade.write(&receiver.url());
    assert_eq!(facade.standing(late), ("dead", 0, Vec::new()));
    let another = Receiver::start();
    facade.write(&another.url());
    let demo = Demo::start(folder.path());
    another.call().answer(200);
    assert_eq!(demo.process.terminate().0, 0);
    receiver.was_left_alone();
}

/// Reads metrics until they have a line.
#[track_caller]
fn counted(asker: &Asker, line: &str) {
    let reads = || asker.read("/metrics").text().lines().any(|told| told == line);
    assert!((0..READINGS).any(|_| reads()), "{line} in {}", asker.read("/metrics").text());
}

#[test]
fn an_address_that_is_not_public_is_called_by_no_gateway_that_serves() {
    let installation = Installation::new();
    let keys = installation.tenant("acme");
    let key = crate::installation::MASTER_KEY;
    let facade = Facade::open(&installation.data(), key, &keys["tenant"], Reach::Public);
    let receiver = Receiver::start();
    assert_eq!(facade.check(&receiver.url()), Err(UrlError::Forbidden));
    let id = facade.write(&receiver.url());
    let gateway = installation.serve();
    let line = r#"outbox_attempts_total{outcome="retried",answer="forbidden_address"} 1"#;
    counted(&gateway.client(""), line);
    assert_eq!(gateway.process.terminate().0, 0);
    let refused = AttemptOutcome::Failed(AttemptFailure::Forbidden);
    assert_eq!(facade.standing(id), ("pending", 1, vec![refused]));
    receiver.was_left_alone();
}
