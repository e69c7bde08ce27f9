//! Somebody who pays, and what they answer their bank with.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::chile::Chile;
use crate::http::{Answer, Client};
use crate::installation::Demo;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// How long a payment may take in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(4);

/// A demo, its sandbox and a client.
pub struct Scene {
    _folder: TempDir,
    _demo: Demo,
    pub chile: Chile,
    pub client: Client,
}

/// Somebody with what their bank lets them in with.
#[derive(Clone)]
pub struct Payer {
    pub institution: String,
    pub rut: String,
    pub password: String,
}

impl Scene {
    #[track_caller]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
        let client = demo.client();
        Self { _folder: folder, _demo: demo, chile, client }
    }

    pub fn payer(&self, scenario: &str, institution: &str) -> Payer {
        let (rut, place) = self.chile.person(scenario, institution);
        let password = place["password"].as_str().unwrap().to_owned();
        Payer { institution: institution.to_owned(), rut, password }
    }

    /// Begins a payment that must be begun.
    #[track_caller]
    pub fn begin(&self, payer: &Payer, amount: i64, key: &str) -> Value {
        let answer = payer.begin(&self.client, amount, key).unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// How many transfers have moved money, each once.
    #[track_caller]
    pub fn moved(&self) -> u64 {
        let check = self.chile.client.json("/_sandbox/ledger/check");
        assert_eq!(check["balanced"], json!(true), "{check}");
        check["transfers"].as_u64().unwrap()
    }

    /// Moves the clock of bank and gateway.
    pub fn advance(&self, by: &str) {
        assert_eq!(
            self.chile.lever("POST", "/_sandbox/clock", &json!({"advance": by})).status,
            200
        );
    }
}

impl Payer {
    pub fn begin(&self, client: &Client, amount: i64, key: &str) -> std::io::Result<Answer> {
        let Self { institution, rut, password } = self;
        let body = json!({"institution": institution, "rut": rut, "amount": amount,
            "credentials": {"password": password}, "comment": "Pedido 4711"});
        let headers = [JSON, ("Idempotency-Key", key)];
        client.send("POST", "/v1/payments", &headers, body.to_string().as_bytes())
    }
}

/// What the gateway answers to an answer.
pub fn answer(client: &Client, payment: &Value, sms: &Value, codes: &Value) -> Answer {
    let path = format!("/v1/payments/{}/answer", payment["id"].as_str().unwrap());
    let mut body = json!({"page": payment["challenge"]["page"]});
    let given = [("sms", sms), ("codes", codes)].into_iter().filter(|(_, part)| !part.is_null());
    given.for_each(|(name, part)| body[name] = part.clone());
    client.send("POST", &path, &[JSON], body.to_string().as_bytes()).unwrap()
}

/// Answers what a customer is asked, as their phone, card and device say; whether there was something
/// to answer.
pub fn answer_pending(chile: &Chile, client: &Client, payer: &Payer, payment: &Value) -> bool {
    let phone = chile.client.json(&format!("/_sandbox/phones/{}", payer.rut));
    let is_it = |pending: &&Value| {
        pending["institution"] == json!(payer.institution)
            && pending["end_to_end_id"] == payment["end_to_end_id"]
    };
    let Some(pending) = phone["pending"].as_array().unwrap().iter().find(is_it) else {
        return false;
    };
    if payment["challenge"]["kind"] == "app" {
        let path = format!("/_sandbox/phones/{}/approve", payer.rut);
        let which = json!({"institution": payer.institution,
            "end_to_end_id": payment["end_to_end_id"]});
        return chile.lever("POST", &path, &which).status == 200;
    }
    let answered = answer(client, payment, &pending["sms"], &pending["codes"]);
    assert!([200, 409].contains(&answered.status), "{}", answered.text());
    answered.status == 200
}

/// The payment once it stands otherwise than this.
#[track_caller]
pub fn next(client: &Client, payment: &Value) -> Value {
    let id = payment["id"].as_str().unwrap();
    client.json(&format!("/v1/payments/{id}?wait_seconds=20&seen={}", payment["version"]))
}

/// The payment once it has ended, each challenge handed to `answered`.
#[track_caller]
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
pub fn ended(client: &Client, begun: &Value, mut answered: impl FnMut(&Value)) -> Value {
    let (since, mut payment, mut met) = (Instant::now(), begun.clone(), Value::Null);
    loop {
        assert!(since.elapsed() < PATIENCE, "{payment} does not end");
        match payment["state"].as_str().unwrap() {
            "completed" | "failed" => return payment,
            "challenged" if met != payment["version"] => {
                met = payment["version"].clone();
                answered(&payment);
            }
            _ => {}
        }
        payment = next(client, &payment);
    }
}
