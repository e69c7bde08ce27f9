//! The sandbox as these tests ask it.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::http::{Answer, Client};
use crate::process::{self, Background, Ended};

/// A sandbox: of its own process, or of a demo.
pub struct Chile {
    process: Option<Background>,
    pub url: String,
    pub client: Client,
}

impl Chile {
    /// Starts one in a folder.
    #[track_caller]
    pub fn start(folder: &Path) -> Self {
        Self::start_on(folder, 0)
    }

    /// The same on a port.
    #[track_caller]
    pub fn start_on(folder: &Path, port: u16) -> Self {
        let port = port.to_string();
        let arguments = ["sandbox", "--port", &port, "--data", "chile"];
        let started = Background::start(process::command(folder, &arguments));
        let (process, line) = started.unwrap();
        let url = line.trim().strip_prefix("the sandbox is ready at ").unwrap();
        Self { process: Some(process), ..Self::at(url) }
    }

    /// Kills its process, as the power fails.
    pub fn kill(self) {
        self.process.expect("it is of its own process").kill();
    }

    /// One that runs.
    pub fn at(url: &str) -> Self {
        Self { process: None, url: url.to_owned(), client: Client::new(url, "") }
    }

    /// What its list says of somebody at a bank: RUT, and user name, password, accounts.
    pub fn person(&self, scenario: &str, institution: &str) -> (String, Value) {
        let persons = self.client.json("/_sandbox/persons");
        let of = |value: &Value, name: &str, wanted: &str| value[name] == json!(wanted);
        let mut persons = persons.as_array().unwrap().iter();
        let person = persons.find(|person| of(person, "scenario", scenario)).unwrap();
        let mut places = person["institutions"].as_array().unwrap().iter();
        let place = places.find(|place| of(place, "id", institution)).unwrap();
        (person["rut"].as_str().unwrap().to_owned(), place.clone())
    }

    /// The institutions that somebody is a customer of, by id.
    pub fn places(&self, scenario: &str) -> Vec<String> {
        let persons = self.client.json("/_sandbox/persons");
        let mut persons = persons.as_array().unwrap().iter();
        let person = persons.find(|person| person["scenario"] == json!(scenario)).unwrap();
        let places = person["institutions"].as_array().unwrap().iter();
        places.map(|place| place["id"].as_str().unwrap().to_owned()).collect()
    }

    /// The day of the box, in Chile.
    pub fn today(&self) -> String {
        self.client.json("/_sandbox/clock")["today"].as_str().unwrap().to_owned()
    }

    /// Pulls a lever.
    pub fn lever(&self, method: &str, path: &str, told: &Value) -> Answer {
        let headers = [("Content-Type", "application/json")];
        self.client.send(method, path, &headers, told.to_string().as_bytes()).unwrap()
    }

    /// Lets so many sessions that are begun at an institution fail with 503.
    #[track_caller]
    pub fn refuse_sessions(&self, institution: &str, calls: u32) {
        let fault = json!({
            "kind": "error", "status": 503, "calls": calls, "operations": ["POST session"],
        });
        let path = format!("/_sandbox/institutions/{institution}/fault");
        let ordered = self.lever("POST", &path, &fault);
        assert_eq!(ordered.status, 204, "{}", ordered.text());
    }

    /// Lets a second pass.
    pub fn pass_a_second(&self) {
        self.lever("POST", "/_sandbox/clock", &json!({"advance": "PT1S"}));
    }

    /// What an account of the box shows, a line each.
    pub fn movements(&self, account: &str, from: &str, to: &str) -> Vec<String> {
        let path = format!("/_sandbox/accounts/{account}/movements?from={from}&to={to}");
        let rows = self.client.json(&path);
        sorted(rows.as_array().unwrap(), "date")
    }
}

/// Movements as the gateway serves them, a line each, as [`Chile::movements`] writes them.
pub fn served(rows: &[Value]) -> Vec<String> {
    sorted(rows, "booked_on")
}

fn sorted(rows: &[Value], day: &str) -> Vec<String> {
    let line = |row: &Value| {
        let names =
            [day, "reference", "status", "amount", "currency", "balance_after", "description"];
        names.map(|name| row[name].to_string()).join(" ")
    };
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    lines.sort();
    lines
}

/// Begins a link for somebody of the box, as the folder's installation or `more` says.
pub fn add_link(folder: &Path, chile: &Chile, who: (&str, &str), more: &[&str]) -> Ended {
    let (scenario, institution) = who;
    let (rut, place) = chile.person(scenario, institution);
    let secret = folder.join("password");
    fs::write(&secret, format!("{}\n", place["password"].as_str().unwrap())).unwrap();
    let secret = secret.to_str().unwrap();
    let arguments =
        ["links", "add", institution, "--rut", &rut, "--password-file", secret, "--json"];
    process::run(folder, &[&arguments[..], more].concat())
}
