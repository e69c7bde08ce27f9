//! Somebody who pays out of an account of their own: a link that may pay, and was read.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use cartola_model::glosa;
use serde_json::{Value, json};

use super::{Scene, client_of};
use crate::chile::Chile;
use crate::crash_payments::arrived;
use crate::http::Answer;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// How long a payment may take in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

/// How often it is looked at: a client may not ask as often as it could.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A tenant, and an account of somebody of the box from which it pays.
pub struct Payer {
    pub scene: Scene,
    pub chile: Chile,
    scenario: String,
    pub rut: String,
    password: Value,
    institution: String,
    /// As the facade takes it.
    pub account: String,
    /// The day of the box on which the test began.
    begun_on: String,
}

impl Scene {
    /// Moves the clock of bank and gateway.
    pub fn advance(&self, by: &str) {
        let chile = Chile::at(self.demo.announced["sandbox"].as_str().unwrap());
        let moved = chile.lever("POST", "/_sandbox/clock", &json!({"advance": by}));
        assert_eq!(moved.status, 200, "{}", moved.text());
    }
}

impl Payer {
    #[track_caller]
    pub fn new(scenario: &str, institution: &str, pays: bool) -> Self {
        let scene = Scene::new();
        let chile = Chile::at(scene.demo.announced["sandbox"].as_str().unwrap());
        let (rut, place) = chile.person(scenario, institution);
        let (password, institution) = (place["password"].clone(), institution.to_owned());
        let (scenario, account) = (scenario.to_owned(), String::new());
        let begun_on = chile.today();
        let payer = Self { scene, chile, scenario, rut, password, institution, account, begun_on };
        payer.begun_again(pays)
    }

    /// The same once the link was begun again, to pay or to read alone, and read.
    #[track_caller]
    pub fn begun_again(self, pays: bool) -> Self {
        let begun = self.link(&self.institution, pays);
        assert_eq!(begun.status, 201, "{}", begun.text());
        let link = begun.json()["id"].as_str().unwrap().to_owned();
        self.read_link(&link);
        let accounts = self.scene.ours.list("/v1/accounts");
        let (_, place) = self.chile.person(&self.scenario, &self.institution);
        // A demo has accounts of its own.
        let numbers = place["accounts"].as_array().unwrap();
        let is_it = |account: &&Value| {
            numbers.contains(&account["number"])
                && account["kind"] == "checking"
                && account["currency"] == "CLP"
        };
        let account = accounts.iter().find(is_it).expect("they have an account");
        // Numbers are looked for at Banco de Chile alone.
        let name = if self.institution == "banco-chile" { "number" } else { "id" };
        let account = account[name].as_str().unwrap().to_owned();
        Self { account, ..self }
    }

    /// Reads a link of theirs.
    #[track_caller]
    pub fn read_link(&self, link: &str) {
        let reading = self.ours(&format!("/v1/links/{link}/readings"), &json!({}));
        assert!(reading.status < 300, "{}", reading.text());
        let reading = reading.json()["id"].as_str().unwrap().to_owned();
        // No time passes meanwhile: other gateways have clocks of their own.
        self.wait_passing(
            "the reading ends",
            || {},
            || {
                let now = self.scene.ours.json(&format!("/v1/readings/{reading}"));
                let state = now["state"].as_str().unwrap();
                assert!(state != "failed", "{now}");
                (state == "done").then_some(())
            },
        );
    }

    /// The same with a token that has not run out.
    pub fn with_a_new_token(mut self) -> Self {
        self.scene.client = client_of(self.scene.gateway(), &self.scene.demo.announced);
        self
    }

    /// The same once gateway and banks were killed and started again.
    #[track_caller]
    pub fn killed(self) -> Self {
        let scene = self.scene.killed();
        let chile = Chile::at(scene.demo.announced["sandbox"].as_str().unwrap());
        Self { scene, chile, ..self }
    }

    /// Begins a link of theirs.
    pub fn link(&self, institution: &str, pays: bool) -> Answer {
        let wanted = json!({"institution": institution, "rut": self.rut,
            "credentials": {"password": self.password}, "payments": pays});
        self.ours("/v1/links", &wanted)
    }

    fn ours(&self, path: &str, body: &Value) -> Answer {
        self.scene.ours.send("POST", path, &[JSON], body.to_string().as_bytes()).unwrap()
    }

    /// Asks for a payment or a deposit under that key; an empty one is none.
    pub fn post(&self, path: &str, key: &str, body: &Value) -> Answer {
        self.post_text(path, key, &body.to_string())
    }

    pub fn post_text(&self, path: &str, key: &str, body: &str) -> Answer {
        let headers = [JSON, ("Idempotency-Key", key)];
        let headers = if key.is_empty() { &headers[..1] } else { &headers[..] };
        self.scene.client.send("POST", path, headers, body.as_bytes()).unwrap()
    }

    /// Who is paid: the company of the box.
    pub fn payee(&self) -> Value {
        let (rut, place) = self.chile.person("company", "banco-chile-empresas");
        let persons = self.chile.client.json("/_sandbox/persons");
        let mut persons = persons.as_array().unwrap().iter();
        let company = persons.find(|person| person["rut"] == json!(rut)).unwrap();
        json!({"name": company["name"], "rut": rut, "bank": "001",
            "account_id": place["accounts"][0]})
    }

    /// How often money of each amount has arrived at the payee's account today.
    pub fn arrived(&self) -> BTreeMap<i64, usize> {
        arrived(&self.chile, self.payee()["account_id"].as_str().unwrap())
    }

    /// What the payee has had from them since the test began, in pesos: a company earns otherwise too.
    pub fn received(&self) -> i64 {
        let account = self.payee()["account_id"].as_str().unwrap().to_owned();
        let (from, to) = (&self.begun_on, self.chile.today());
        let path = format!("/_sandbox/accounts/{account}/movements?from={from}&to={to}");
        let persons = self.chile.client.json("/_sandbox/persons");
        let mut persons = persons.as_array().unwrap().iter();
        let payer = persons.find(|person| person["rut"] == json!(self.rut)).unwrap();
        // Banks leave out what follows the first name, and cut long glosas.
        let name = glosa::fold(payer["name"].as_str().unwrap());
        let surname = name.rsplit(' ').nth(1).unwrap();
        let rows = self.chile.client.json(&path);
        let rows = rows.as_array().unwrap().iter();
        let theirs = rows.filter(|row| row["description"].as_str().unwrap().contains(surname));
        theirs.map(|row| row["amount"].as_i64().unwrap()).sum()
    }

    /// How many transfers have moved money, each once, while the ledger balances.
    #[track_caller]
    pub fn moved(&self) -> u64 {
        let check = self.chile.client.json("/_sandbox/ledger/check");
        assert_eq!(check["balanced"], json!(true), "{check}");
        check["transfers"].as_u64().unwrap()
    }

    /// The payment as `/v1` shows it, once it stands so.
    #[track_caller]
    pub fn until(&self, told: &Value, state: &str) -> Value {
        let path = format!("/v1/payments/{}", told["payment_id"].as_str().unwrap());
        self.wait(state, || {
            let payment = self.scene.ours.json(&path);
            let is_over = ["completed", "failed"].map(Value::from).contains(&payment["state"]);
            assert!(payment["state"] == state || !is_over, "{payment}");
            (payment["state"] == state).then_some(payment)
        })
    }

    /// Approves a payment, as its payer does on their phone.
    #[track_caller]
    pub fn approve(&self, payment: &Value) {
        let which = json!({"institution": self.institution,
            "end_to_end_id": payment["end_to_end_id"]});
        let path = format!("/_sandbox/phones/{}/approve", self.rut);
        let approved = self.chile.lever("POST", &path, &which);
        assert_eq!(approved.status, 200, "{}", approved.text());
    }

    #[track_caller]
    pub fn wait<T>(&self, what: &str, look: impl FnMut() -> Option<T>) -> T {
        self.wait_passing(what, || self.chile.pass_a_second(), look)
    }

    #[track_caller]
    #[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
    pub fn wait_passing<T>(
        &self,
        what: &str,
        pass: impl Fn(),
        mut look: impl FnMut() -> Option<T>,
    ) -> T {
        let since = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            let scenario = &self.scenario;
            assert!(since.elapsed() < PATIENCE, "{what} of {scenario}: it takes too long");
            std::thread::sleep(LOOK_EVERY);
            pass();
        }
    }
}

/// A payment or a single deposit, as it is asked for.
pub fn request(account: &str, amount: i64, payee: &Value) -> Value {
    json!({"account_id": account, "amount": amount, "currency": "CLP", "counterparty": payee,
        "description": "Factura 4711", "reference": "4711"})
}
