//! Payments by Floid's calls, on a demo that is killed, banks and all: what was completed moved money
//! once, what failed moved none, and of each the last word is posted once.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::table::Outcome;
use super::{LEAST, LOOK_EVERY, PATIENCE, PAYMENTS_A_KILL, nothing_is_kept};
use crate::beside::Beside;
use crate::book::Book;
use crate::chile::Chile;
use crate::customers::Customer;
use crate::http::Client;
use crate::installation::Demo;
use crate::seeded::Seeded;
use crate::shop;

/// Clients that pay at once.
const CLIENTS: usize = 8;

/// How long the demo lives before it is killed, at most, in milliseconds. It takes longer to start
/// than a gateway alone.
const MAX_LIFE: u64 = 1_500;

/// What the document calls the banks of these customers.
const PROTOCOL: &str = "floid";

const JSON: (&str, &str) = ("Content-Type", "application/json");

/// A payment that is wanted.
struct Wanted {
    customer: Customer,
    case: String,
    amount: i64,
    body: Value,
    /// What the customer was asked for, one thing after another.
    asked: Vec<String>,
}

impl Wanted {
    /// Nothing for customers of a bank that the document does not name.
    fn of((number, customer): (usize, Customer), url: &str) -> Option<Self> {
        let amount = LEAST + i64::try_from(number).unwrap();
        let case = format!("order-{number}");
        let body = json!({
            "rut": customer.rut,
            "password": customer.password,
            "bankName": customer.name_in(PROTOCOL)?,
            "caseId": case,
            "moneyAmount": amount.to_string(),
            "callbackUrl": url,
        });
        Some(Self { customer, case, amount, body, asked: Vec::new() })
    }
}

/// A demo as it stands: it moves to other ports with each start.
#[derive(Clone)]
struct Place {
    gateway: Client,
    chile: Client,
}

impl Place {
    fn of(demo: &Demo) -> Self {
        let chile = Client::new(demo.announced["sandbox"].as_str().unwrap(), "");
        Self { gateway: demo.client(), chile }
    }

    /// What a call is told; nothing where nobody answered, or not with what was asked for.
    fn ask(&self, call: &str, body: &Value) -> Option<Value> {
        let path = format!("/floid/api/pis/{call}");
        let answer = self.gateway.send("POST", &path, &[JSON], body.to_string().as_bytes()).ok()?;
        (answer.status == 200).then(|| answer.json())
    }

    /// Pays, or looks how it stands, and answers what the customer is asked for.
    fn go_on(&self, one: &mut Wanted) -> Option<()> {
        let told = self.ask("transfer", &one.body)?;
        let asked = told["message"].as_str().unwrap().strip_prefix("WAITING_FOR_")?;
        let shown = self.shown(one)?;
        one.asked.push(shown["challenge"].as_str().unwrap().to_lowercase());
        if asked == "APP_APPROVAL" {
            let path = format!("/_sandbox/phones/{}/approve", one.customer.rut);
            let which = json!({"institution": one.customer.institution,
                "end_to_end_id": shown["end_to_end_id"]});
            self.chile.send("POST", &path, &[JSON], which.to_string().as_bytes()).ok()?;
            return Some(());
        }
        let mut answer = json!({"pageId": told["pageId"]});
        for (from, to) in [("sms", "smsCode"), ("codes", "cardCode")] {
            if !shown[from].is_null() {
                answer[to] = shown[from].clone();
            }
        }
        self.ask("transfer_approval", &answer).map(drop)
    }

    /// What the customer's phone, card and devices show of it.
    fn shown(&self, one: &Wanted) -> Option<Value> {
        let path = format!("/_sandbox/phones/{}", one.customer.rut);
        let phone = self.chile.send("GET", &path, &[], b"").ok()?;
        let phone = (phone.status == 200).then(|| phone.json())?;
        let mut pending = phone["pending"].as_array()?.iter();
        pending.find(|shown| shown["amount"] == one.amount).cloned()
    }
}

/// A demo that is killed and started again while it is paid by.
struct Scene {
    folder: TempDir,
    demo: Demo,
}

impl Scene {
    fn begin() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let demo = Demo::start(folder.path());
        Self { folder, demo }
    }

    fn killed(self) -> Self {
        self.demo.process.kill();
        Self { demo: Demo::start(self.folder.path()), ..self }
    }
}

/// Pays while the demo is killed, until the last word on each was posted; gives how often it was
/// killed.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn under_fire(scene: Scene, wanted: &mut [Wanted], book: &Book) -> (Scene, usize) {
    let (begun, mut seeded, mut kills) = (Instant::now(), Seeded::new(4_712), 0);
    let most = wanted.len().div_ceil(PAYMENTS_A_KILL);
    let each = wanted.len().div_ceil(CLIENTS).max(1);
    let place = Mutex::new(Place::of(&scene.demo));
    let is_over = || begun.elapsed() > PATIENCE;
    let scene = thread::scope(|scope| {
        let mut scene = scene;
        let pay = |wanted: &mut [Wanted]| {
            while !is_over() && wanted.iter().any(|one| !book.has(&one.case)) {
                for one in wanted.iter_mut().filter(|one| !book.has(&one.case)) {
                    let place = place.lock().unwrap().clone();
                    // Whatever came of it, the next look tells.
                    let _ = place.go_on(one);
                }
                thread::sleep(LOOK_EVERY);
            }
        };
        let clients: Vec<_> =
            wanted.chunks_mut(each).map(|part| scope.spawn(move || pay(part))).collect();
        while kills < most && !clients.iter().all(thread::ScopedJoinHandle::is_finished) {
            // The random moment is the test.
            thread::sleep(Duration::from_millis(seeded.below(MAX_LIFE)));
            scene = scene.killed();
            *place.lock().unwrap() = Place::of(&scene.demo);
            kills += 1;
        }
        scene
    });
    (scene, kills)
}

/// Pays for these customers; gives what came of it, and how often the demo was killed.
pub fn pay(customers: Vec<Customer>) -> (Vec<Outcome>, usize) {
    let book = Book::open("caseId");
    let wanted = customers.into_iter().enumerate();
    let mut wanted: Vec<Wanted> = wanted.filter_map(|one| Wanted::of(one, &book.url)).collect();
    let (scene, kills) = under_fire(Scene::begin(), &mut wanted, &book);
    let outcomes = outcomes(&scene, &wanted, &book);
    let data = scene.folder.path().join("demo");
    let key = std::fs::read_to_string(data.join("keys/master.key")).unwrap();
    nothing_is_kept(&Beside::open(&data, &key, &scene.demo.announced["tenant"]), wanted.len());
    (outcomes, kills)
}

fn outcomes(scene: &Scene, wanted: &[Wanted], book: &Book) -> Vec<Outcome> {
    let chile = Chile::at(scene.demo.announced["sandbox"].as_str().unwrap());
    let arrived = super::arrived(&chile, &shop::merchant().account);
    let payments = scene.demo.client().list("/v1/payments");
    let state = |row: &Value| (row["amount"].as_i64().unwrap(), row["state"].clone());
    let states: BTreeMap<i64, Value> = payments.iter().map(state).collect();
    assert_eq!((payments.len(), states.len()), (wanted.len(), wanted.len()));
    let completed = states.values().filter(|state| *state == "completed").count();
    let check = chile.client.json("/_sandbox/ledger/check");
    assert_eq!((&check["balanced"], &check["transfers"]), (&json!(true), &json!(completed)));
    let outcome = |one: &Wanted| {
        let state = states[&one.amount].as_str().unwrap();
        let word = book.only(&one.case);
        if let Some(word) = &word {
            is_true(word, one, state);
        }
        let arrived = arrived.get(&one.amount).copied().unwrap_or_default();
        let (asked, state) = (one.asked.clone(), state.to_owned());
        Outcome { way: "/floid", asked, state, arrived, callback: Some(word.is_some()) }
    };
    wanted.iter().map(outcome).collect()
}

/// Insists that the last word says what came of the payment.
#[track_caller]
fn is_true(word: &str, one: &Wanted, state: &str) {
    let told: Value = serde_json::from_str(word).unwrap();
    let (is_valid, message) = match state {
        "completed" => ("true", "BANK_TRANSFER_COMPLETED"),
        _ => ("false", "BANK_TRANSFER_FAILED"),
    };
    let expected = json!({"isValid": is_valid, "bankName": one.body["bankName"],
        "moneyAmount": one.amount.to_string(), "caseId": one.case, "message": message});
    assert_eq!(told, expected);
}
