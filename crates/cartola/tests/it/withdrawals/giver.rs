//! Somebody whose bank is told: a tenant's link that may pay, read once.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::chile::Chile;
use crate::http::{Answer, Client};
use crate::installation::Demo;

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// How long something may take in a debug build on a busy machine.
const PATIENCE: Duration = Duration::from_mins(4);

/// Who takes cash: nobody's customer.
pub const WORKER: &str = "9.876.543-3";

/// A demo, and an account at Banco de Chile of somebody of the box.
pub struct Giver {
    _folder: TempDir,
    _demo: Demo,
    pub chile: Chile,
    pub client: Client,
    pub institution: String,
    pub rut: String,
    pub link: String,
    /// Its id.
    pub account: String,
    /// As its bank writes it.
    pub number: String,
    /// The day of the box on which the test began.
    begun_on: String,
}

impl Giver {
    #[track_caller]
    pub fn new(scenario: &str) -> Self {
        Self::at(scenario, "banco-chile")
    }

    #[track_caller]
    pub fn at(scenario: &str, institution: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        let chile = Chile::at(demo.announced["sandbox"].as_str().unwrap());
        let client = demo.client();
        let (rut, place) = chile.person(scenario, institution);
        let wanted = json!({"institution": institution, "rut": rut,
            "credentials": {"password": place["password"]}, "payments": true});
        let link = post(&client, "/v1/links", None, &wanted);
        assert_eq!(link.status, 201, "{}", link.text());
        let link = link.json()["id"].as_str().unwrap().to_owned();
        let institution = institution.to_owned();
        let begun_on = chile.today();
        let giver = Self {
            _folder: folder,
            _demo: demo,
            chile,
            client,
            institution,
            rut,
            link,
            account: String::new(),
            number: String::new(),
            begun_on,
        };
        giver.read(&json!({}));
        let accounts = giver.client.list("/v1/accounts");
        let numbers = place["accounts"].as_array().unwrap();
        let is_it = |account: &&Value| {
            numbers.contains(&account["number"])
                && account["kind"] == "checking"
                && account["currency"] == "CLP"
        };
        let found = accounts.iter().find(is_it).expect("they have an account");
        let text = |name: &str| found[name].as_str().unwrap().to_owned();
        Self { account: text("id"), number: text("number"), ..giver }
    }

    /// Reads the link.
    #[track_caller]
    pub fn read(&self, wanted: &Value) {
        let path = format!("/v1/links/{}/readings", self.link);
        let reading = post(&self.client, &path, None, wanted);
        assert!(reading.status < 300, "{}", reading.text());
        let id = reading.json()["id"].as_str().unwrap().to_owned();
        self.wait("the reading", || {
            let now = self.client.json(&format!("/v1/readings/{id}"));
            assert_ne!(now["state"], "failed", "{now}");
            (now["state"] == "done").then_some(())
        });
    }

    /// The newest record of a product.
    #[track_caller]
    pub fn record(&self, product: &str) -> Value {
        self.read(&json!({"products": [product]}));
        let path = format!("/v1/records?link_id={}&product={product}", self.link);
        self.client.list(&path)[0]["content"].clone()
    }

    /// Has the bank told of something.
    pub fn give(&self, resource: &str, key: &str, more: &Value) -> Answer {
        let mut body = json!({"account_id": self.account});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        post(&self.client, &format!("/v1/{resource}"), Some(key), &body)
    }

    /// Puts cash aside, which must be begun.
    #[track_caller]
    pub fn put_aside(&self, key: &str, amount: i64, callback: Option<&str>) -> Value {
        let mut more = json!({"rut": WORKER, "amount": amount, "comment": "Turno del viernes"});
        if let Some(callback) = callback {
            more["callback_url"] = json!(callback);
        }
        let begun = self.give("withdrawals", key, &more);
        assert_eq!(begun.status, 201, "{}", begun.text());
        begun.json()
    }

    /// Looks until it stands so. What has ended otherwise is a mistake.
    #[track_caller]
    pub fn until(&self, resource: &str, begun: &Value, state: &str) -> Value {
        let path = format!("/v1/{resource}/{}", begun["id"].as_str().unwrap());
        self.wait(state, || {
            let now = self.client.json(&format!("{path}?wait_seconds=1"));
            let is_over = ["completed", "claimed", "expired", "cancelled", "failed"];
            let is_over = is_over.iter().any(|over| now["state"] == *over);
            assert!(now["state"] == state || !is_over, "{now}");
            (now["state"] == state).then_some(now)
        })
    }

    /// Approves what waits, on the phone.
    #[track_caller]
    pub fn approve(&self, waiting: &Value) {
        assert_eq!(self.decide("approve", waiting), 200, "{waiting}");
    }

    pub fn decide(&self, verb: &str, waiting: &Value) -> u16 {
        let which = json!({"institution": self.institution,
            "end_to_end_id": waiting["end_to_end_id"]});
        self.chile.lever("POST", &format!("/_sandbox/phones/{}/{verb}", self.rut), &which).status
    }

    /// Cash that can be taken, with its code.
    #[track_caller]
    pub fn available(&self, key: &str, amount: i64, callback: Option<&str>) -> Value {
        let begun = self.put_aside(key, amount, callback);
        self.approve(&self.until("withdrawals", &begun, "challenged"));
        self.until("withdrawals", &begun, "available")
    }

    /// Tries to take cash at an ATM.
    pub fn claim(&self, code: &Value, rut: &str) -> Answer {
        self.chile.lever("POST", "/_sandbox/atm/claim", &json!({"code": code, "rut": rut}))
    }

    pub fn cancel(&self, resource: &str, given: &Value) -> Answer {
        let path = format!("/v1/{resource}/{}/cancel", given["id"].as_str().unwrap());
        self.client.send("POST", &path, &[], b"").unwrap()
    }

    /// What cash that was put aside has come to on the account: below zero what is away. Whatever else is
    /// booked there meanwhile is left out.
    pub fn cash(&self) -> i64 {
        let (from, to) = (&self.begun_on, self.chile.today());
        let number = &self.number;
        let path = format!("/_sandbox/accounts/{number}/movements?from={from}&to={to}");
        let rows = self.chile.client.json(&path);
        let is_cash = |row: &&Value| {
            row["description"].as_str().is_some_and(|text| text.contains("GIRO SIN TARJETA"))
        };
        let rows = rows.as_array().unwrap().iter().filter(is_cash);
        rows.map(|row| row["amount"].as_i64().unwrap()).sum()
    }

    /// Insists that no money appeared or vanished.
    #[track_caller]
    pub fn balances(&self) {
        let check = self.chile.client.json("/_sandbox/ledger/check");
        assert_eq!(check["balanced"], json!(true), "{check}");
    }

    /// Moves the clock of bank and gateway.
    pub fn advance(&self, by: &str) {
        let moved = self.chile.lever("POST", "/_sandbox/clock", &json!({"advance": by}));
        assert_eq!(moved.status, 200, "{}", moved.text());
    }

    #[track_caller]
    #[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
    pub fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let since = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(since.elapsed() < PATIENCE, "{what} does not come");
            std::thread::sleep(Duration::from_millis(50));
            self.chile.pass_a_second();
        }
    }
}

pub fn post(client: &Client, path: &str, key: Option<&str>, body: &Value) -> Answer {
    let mut headers = vec![JSON];
    headers.extend(key.map(|key| ("Idempotency-Key", key)));
    client.send("POST", path, &headers, body.to_string().as_bytes()).unwrap()
}
