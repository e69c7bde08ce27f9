//! `/floid`, as a client of Floid's calls it, against the institutions of the sandbox.

mod cases;
mod current;
mod identity;
mod mistakes;
mod pis;
mod posted;
mod printed;
mod requests;
mod scenarios;
mod tenants;

use cartola_crypto::WebhookSecret;
use cartola_primitives::Secret;
use serde_json::{Value, json};

use crate::chile::Chile;
use crate::http::{Answer, Client};
use crate::installation::Demo;
use crate::process;
use crate::receiver::Call;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Every bank of the document and its institution.
const BANKS: [(&str, &str); 10] = [
    ("banco estado", "banco-estado"),
    ("bci", "banco-bci"),
    ("banco santander", "banco-santander"),
    ("scotiabank", "banco-scotiabank"),
    ("banco bice", "banco-bice"),
    ("itau corpbanca", "banco-itau"),
    ("banco security", "banco-security"),
    ("banco chile", "banco-chile"),
    ("banco ripley", "banco-ripley"),
    ("banco falabella", "banco-falabella"),
];

/// A client of the facade.
struct Floid {
    bare: Client,
    key: String,
}

impl Floid {
    fn with_key(gateway: &str, key: &str) -> Self {
        Self { bare: Client::new(gateway, ""), key: key.to_owned() }
    }

    /// Sends a body as it is, under whatever stands in `Authorization`.
    fn send_as(&self, authorization: &str, path: &str, body: &str) -> Answer {
        let headers = [("Authorization", authorization), JSON];
        self.bare.send("POST", &format!("/floid/{path}"), &headers, body.as_bytes()).unwrap()
    }

    fn send(&self, path: &str, body: &str) -> Answer {
        self.send_as(&self.key, path, body)
    }

    /// Asks for what is 200.
    #[track_caller]
    fn ask(&self, path: &str, body: &Value) -> Value {
        let answer = self.send(path, &body.to_string());
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Status and error of a refusal.
    #[track_caller]
    fn refusal(&self, path: &str, body: &str) -> String {
        let answer = self.send(path, body);
        let told = answer.json();
        assert_eq!(told.as_object().unwrap().len(), 1, "{told}");
        format!("{} {}", answer.status, told["error"].as_str().unwrap())
    }
}

/// A demo, its sandbox, and a client.
struct Scene {
    folder: tempfile::TempDir,
    demo: Demo,
    chile: Chile,
    floid: Floid,
}

impl Scene {
    #[track_caller]
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let text = |name: &str| demo.announced[name].as_str().unwrap();
        let chile = Chile::at(text("sandbox"));
        let floid = Floid::with_key(text("gateway"), text("api_key"));
        Self { folder, demo, chile, floid }
    }

    fn gateway(&self) -> &str {
        self.demo.announced["gateway"].as_str().unwrap()
    }

    /// A client of another tenant of the same gateway.
    #[track_caller]
    fn other_tenant(&self) -> Floid {
        let arguments = ["tenants", "add", "other", "--data", "demo", "--json"];
        let keys = process::run(self.folder.path(), &arguments).done().json();
        Floid::with_key(self.gateway(), keys["api_key"].as_str().unwrap())
    }

    /// RUT and password of somebody of the box.
    fn login(&self, scenario: &str, institution: &str) -> Value {
        let (rut, place) = self.chile.person(scenario, institution);
        json!({"rut": rut, "password": place["password"]})
    }

    /// Insists that a call is signed as the tenant's are, answers it, and gives its body.
    #[track_caller]
    fn genuine(&self, call: Call) -> Value {
        let secret = self.demo.announced["webhook_secret"].as_str().unwrap().to_owned();
        let secret = WebhookSecret::parse(&Secret::new(secret)).unwrap();
        let timestamp = call.header("webhook-timestamp").parse().unwrap();
        let signed = secret.sign(call.header("webhook-id"), timestamp, call.body.as_bytes());
        assert_eq!(call.header("webhook-signature"), signed);
        assert_eq!(call.header("content-type"), "application/json");
        let body = serde_json::from_str(&call.body).unwrap();
        call.answer(200);
        body
    }
}

/// An object with further members.
fn with(body: &Value, more: &Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}
