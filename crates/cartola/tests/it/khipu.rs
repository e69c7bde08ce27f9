//! `/khipu`, as a client of Khipu's calls it, against the banks of the sandbox.

mod callbacks;
mod operations;
mod receivers;
mod refusals;
mod rogues;
mod schema;
mod tokens;

use std::io;

use serde_json::{Value, json};

use crate::chile::Chile;
use crate::customers::Customer;
use crate::http::{Answer, Client};
use crate::installation::Demo;

/// The bank of the document's own example, and its customer.
const DEMO_BANK: &str = "personal/demo-bank.khipu.com";
const DEMO_LOGIN: (&str, &str) = ("11.111.111-1", "wxyz1234!@#$");

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// Gets a token as a form has it, and gives what was answered.
pub fn grant(gateway: &str, id: &str, secret: &str) -> Answer {
    let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    let client = Client::new(gateway, "");
    client.send("POST", "/khipu/oauth/token", &headers, form.as_bytes()).unwrap()
}

/// A client with a token.
#[derive(Clone)]
pub struct Khipu {
    pub client: Client,
}

impl Khipu {
    /// Of a tenant, by what its keys are.
    #[track_caller]
    pub fn of(gateway: &str, keys: &Value) -> Self {
        let text = |name: &str| keys[name].as_str().unwrap();
        let granted = grant(gateway, text("client_id"), text("client_secret")).json();
        Self { client: Client::new(gateway, granted["access_token"].as_str().unwrap()) }
    }

    /// The same, of the tenant that a demo announces.
    #[track_caller]
    pub fn announced(announced: &Value) -> Self {
        Self::of(announced["gateway"].as_str().unwrap(), announced)
    }

    /// Sends a body as it is; an error means that nothing is known about what the gateway did.
    pub fn try_send(&self, path: &str, body: &str) -> io::Result<Answer> {
        let path = format!("/khipu/v1/cl/banking/{path}");
        self.client.send("POST", &path, &[JSON], body.as_bytes())
    }

    /// Sends a body as it is.
    pub fn send(&self, path: &str, body: &str) -> Answer {
        self.try_send(path, body).unwrap()
    }

    /// Asks, and gives status and envelope.
    pub fn ask(&self, path: &str, body: &Value) -> (u16, Value) {
        let answer = self.send(path, &body.to_string());
        (answer.status, answer.json())
    }

    /// Asks for what must be there, and gives `Data`.
    #[track_caller]
    pub fn data(&self, path: &str, body: &Value) -> Value {
        let (status, envelope) = self.ask(path, body);
        assert_eq!((status, &envelope["Status"]), (200, &json!("OK")), "{path}: {envelope}");
        envelope["Data"].clone()
    }

    /// Status and code of a refusal.
    #[track_caller]
    pub fn refusal(&self, path: &str, body: &Value) -> String {
        told(&self.send(path, &body.to_string()))
    }

    /// An `AccountLink` for credentials.
    #[track_caller]
    pub fn link(&self, bank: &str, (username, password): (&str, &str)) -> Value {
        let body = json!({"Username": username, "Password": password});
        let token = self.data(&format!("{bank}/token"), &body);
        json!({"AccountLink": token["AccountLink"]})
    }

    /// An `AccountLink` in the place of a customer's password.
    #[track_caller]
    pub fn link_of(&self, customer: &Customer) -> Value {
        self.link(&customer.khipu_path(), (&customer.rut, &customer.password))
    }
}

/// Status and code of a refusal, in Khipu's form.
#[track_caller]
pub fn told(answer: &Answer) -> String {
    let envelope = answer.json();
    assert_eq!((&envelope["Status"], &envelope["Data"]), (&json!("ERROR"), &Value::Null));
    assert_eq!(envelope["OperationId"].as_str().unwrap().len(), 36);
    let error = &envelope["Error"];
    let [code, kind] = ["Code", "Type"].map(|name| error[name].as_str().unwrap());
    format!("{} {code} {kind}: {}", answer.status, error["Description"].as_str().unwrap())
}

/// A request of somebody's, for an account and more.
pub fn request(credential: &Value, more: &Value) -> Value {
    let mut data = json!({"AccountCredential": credential});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"RequestData": data})
}

pub fn login((username, password): (&str, &str)) -> Value {
    json!({"Username": username, "Password": password})
}

/// A demo, its sandbox, and a client of it.
pub struct Scene {
    pub folder: tempfile::TempDir,
    pub demo: Demo,
    pub chile: Chile,
    pub khipu: Khipu,
}

impl Scene {
    #[track_caller]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let text = |name: &str| demo.announced[name].as_str().unwrap();
        let chile = Chile::at(text("sandbox"));
        let khipu = Khipu::announced(&demo.announced);
        Self { folder, demo, chile, khipu }
    }

    pub fn gateway(&self) -> &str {
        self.demo.announced["gateway"].as_str().unwrap()
    }

    /// A client of another tenant of the same gateway.
    #[track_caller]
    pub fn other_tenant(&self) -> Khipu {
        let arguments = ["tenants", "add", "umbra", "--data", "demo", "--json"];
        let keys = crate::process::run(self.folder.path(), &arguments).done().json();
        Khipu::of(self.gateway(), &keys)
    }

    /// The credentials of somebody at a bank, and their accounts there.
    pub fn person(&self, scenario: &str, institution: &str) -> (Value, Vec<String>) {
        let (rut, place) = self.chile.person(scenario, institution);
        let password = place["password"].as_str().unwrap_or("12345");
        let accounts = place["accounts"].as_array().unwrap().iter();
        let accounts = accounts.map(|account| account.as_str().unwrap().to_owned()).collect();
        (login((&rut, password)), accounts)
    }
}
