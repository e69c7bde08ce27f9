//! `/mibanco`, as a client of Mi Banco's calls it, against the banks of the sandbox.

mod instructions;
mod reads;
mod requests;
mod sessions;
mod transfers;

use cartola_crypto::ContentHash;
use cartola_crypto::jwe::{EncryptionJwk, EncryptionJwks};
use cartola_primitives::randomness::OsRandomness;
use serde_json::{Value, json};

use crate::chile::Chile;
use crate::http::{Answer, Client};
use crate::installation::Demo;

/// Where the facade's calls begin.
const BASE: &str = "/mibanco/api/v1/mibanco";

/// A device of the tests.
const DEVICE: &str = "9f1e4a52-7f10-4c07-9a51-0d8f5b6a11c7";

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A client of the facade: an app on one device.
#[derive(Clone)]
struct App {
    bare: Client,
    /// What stands in `Authorization`, where anything does.
    authorization: Option<String>,
    device: Option<String>,
    /// The MI PIN that its customer types.
    pin: String,
}

impl App {
    fn at(gateway: &str) -> Self {
        let bare = Client::new(gateway, "");
        Self { bare, authorization: None, device: Some(DEVICE.to_owned()), pin: String::new() }
    }

    fn authorized(&self, authorization: &str) -> Self {
        Self { authorization: Some(authorization.to_owned()), ..self.clone() }
    }

    fn on(&self, device: Option<&str>) -> Self {
        Self { device: device.map(str::to_owned), ..self.clone() }
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send_with(method, path, &[], body)
    }

    fn send_with(&self, method: &str, path: &str, more: &[(&str, &str)], body: &str) -> Answer {
        let mut headers = more.to_vec();
        headers.extend(self.authorization.as_deref().map(|value| ("Authorization", value)));
        headers.extend(self.device.as_deref().map(|device| ("X-Device-Id", device)));
        if !body.is_empty() {
            headers.push(JSON);
        }
        self.bare.send(method, &format!("{BASE}/{path}"), &headers, body.as_bytes()).unwrap()
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, &body.to_string())
    }

    /// Asks for what is 200.
    #[track_caller]
    fn told(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// Reads what is 200.
    #[track_caller]
    fn read(&self, path: &str) -> Value {
        let answer = self.send("GET", path, "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// The app with the access token of a session.
    fn within(&self, session: &Value) -> Self {
        self.authorized(&format!("Bearer {}", session["access_token"].as_str().unwrap()))
    }
}

/// Status and code of a refusal, which is of the one form that there is.
#[track_caller]
fn refused(answer: &Answer) -> String {
    let told = answer.json();
    let members: Vec<_> = told.as_object().unwrap().keys().map(String::as_str).collect();
    let code = told["code"].as_str().unwrap();
    let Some(seconds) = told.get("retry_after") else {
        assert_eq!(members, ["code", "message"]);
        return format!("{} {code}", answer.status);
    };
    assert_eq!(members, ["code", "message", "retry_after"]);
    assert!(seconds.as_u64().unwrap() > 0, "{told}");
    format!("{} {code}, later", answer.status)
}

/// A demo, its sandbox, and a client.
struct Scene {
    _folder: tempfile::TempDir,
    demo: Demo,
    chile: Chile,
    app: App,
}

impl Scene {
    #[track_caller]
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let text = |name: &str| demo.announced[name].as_str().unwrap();
        let chile = Chile::at(text("sandbox"));
        let app = App::at(text("gateway"));
        Self { _folder: folder, demo, chile, app }
    }

    fn text(&self, name: &str) -> &str {
        self.demo.announced[name].as_str().unwrap()
    }

    /// What somebody of the box opens a session with, the PIN as it is.
    fn login(&self, scenario: &str) -> Value {
        let (rut, place) = self.chile.person(scenario, "banco-chile");
        json!({"rut": rut, "mi_pin": place["mi_pin"], "device_fingerprint": "f1a9"})
    }

    /// A session of somebody of the box.
    #[track_caller]
    fn session(&self, scenario: &str) -> App {
        let login = self.login(scenario);
        let app = self.app.within(&self.app.told("session", &login));
        App { pin: login["mi_pin"].as_str().unwrap().to_owned(), ..app }
    }

    /// The tenant, behind its key.
    fn tenant(&self) -> Client {
        Client::new(self.text("gateway"), self.text("api_key"))
    }

    /// Has the tenant begin the link of somebody of the box, for reading alone.
    #[track_caller]
    fn link_for_reading(&self, scenario: &str) {
        let login = self.login(scenario);
        let link = json!({
            "institution": "banco-chile", "rut": login["rut"],
            "credentials": {"mi_pin": login["mi_pin"]}, "purpose": "bookkeeping",
        });
        let headers = [JSON, ("Idempotency-Key", "one")];
        let body = link.to_string();
        let begun = self.tenant().send("POST", "/v1/links", &headers, body.as_bytes()).unwrap();
        assert_eq!(begun.status, 201, "{}", begun.text());
    }

    /// The keys that a PIN is encrypted to.
    #[track_caller]
    fn keys(&self) -> Vec<EncryptionJwk> {
        let answer = self.app.bare.send("GET", "/mibanco/.well-known/jwks.json", &[], b"").unwrap();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let keys: EncryptionJwks = serde_json::from_value(answer.json()).unwrap();
        keys.keys
    }
}

/// A MI PIN as an app sends it within a session.
fn sealed_within(key: &EncryptionJwk, pin: &str, token: &str, device: &str) -> String {
    let ath = data_encoding::BASE64URL_NOPAD.encode(ContentHash::of(token.as_bytes()).as_bytes());
    let content = json!({"mi_pin": pin, "iat": sessions::now(), "ath": ath, "device_id": device});
    key.seal(content.to_string().as_bytes(), &OsRandomness).unwrap()
}

/// A MI PIN as an app sends it.
fn sealed(key: &EncryptionJwk, pin: &str, iat: i64) -> String {
    let content = json!({"mi_pin": pin, "iat": iat}).to_string();
    key.seal(content.as_bytes(), &OsRandomness).unwrap()
}

/// An object with further members.
fn with(body: &Value, more: &Value) -> Value {
    let mut body = body.clone();
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}
