//! Killing the gateway while its customers pay: what was completed moved money once, what failed
//! moved none, nothing is left in doubt, and no callback is lost.

mod floid;
mod table;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use cartola_engine::payments::PaymentRow;
use cartola_store::MAX_PAGE;
use serde_json::{Value, json};

use crate::beside::Beside;
use crate::chile::Chile;
use crate::customers::{Customer, configuration, customers};
use crate::http::Client;
use crate::installation::{Gateway, Installation, MASTER_KEY};
use crate::payments::{Payer, answer_pending};
use crate::seeded::Seeded;
use crate::shop;

use table::{Outcome, Table};

/// Payments, unless the environment says otherwise.
const PAYMENTS: usize = 60;

/// One of so many is made by Floid's calls.
const OF_FLOID: usize = 3;

/// How long the gateway lives before it is killed, at most, in milliseconds.
const MAX_LIFE: u64 = 400;

/// How often it is asked.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Kills, for so many payments.
const PAYMENTS_A_KILL: usize = 2;

/// How long all payments together may take.
const PATIENCE: Duration = Duration::from_mins(25);

/// The smallest of the amounts, of which each payment has one of its own.
const LEAST: i64 = 1_000;

#[allow(clippy::disallowed_methods, reason = "how many to ask for is told to the test process")]
fn payments() -> usize {
    let told = std::env::var("CARTOLA_CRASH_PAYMENTS").ok();
    told.map_or(PAYMENTS, |text| text.parse().expect("CARTOLA_CRASH_PAYMENTS is a number"))
}

/// A payment that is wanted, and what is known of it.
struct Wanted {
    payer: Payer,
    key: String,
    amount: i64,
    known: Option<Value>,
    /// What the customer was asked for, one thing after another.
    asked: Vec<String>,
}

impl Wanted {
    fn of((number, customer): (usize, Customer)) -> Self {
        let Customer { institution, rut, password, .. } = customer;
        let amount = LEAST + i64::try_from(number).unwrap();
        let payer = Payer { institution, rut, password };
        Self { payer, key: format!("order-{number}"), amount, known: None, asked: Vec::new() }
    }

    fn state(&self) -> &str {
        self.known.as_ref().map_or("", |known| known["state"].as_str().unwrap())
    }

    fn has_ended(&self) -> bool {
        ["completed", "failed"].contains(&self.state())
    }

    /// Asks for it, or looks at it, and answers what the customer is asked. Insists that what has
    /// ended stays so.
    fn go_on(&mut self, client: &Client, chile: &Chile) {
        let Some(before) = self.known.clone() else {
            let begun = self.payer.begin(client, self.amount, &self.key);
            let begun = begun.ok().filter(|answer| answer.status == 201);
            self.known = begun.map(|answer| answer.json());
            return;
        };
        let path = format!("/v1/payments/{}", before["id"].as_str().unwrap());
        let Ok(answer) = client.send("GET", &path, &[], b"") else { return };
        assert_eq!(answer.status, 200, "{path} is lost");
        let now = answer.json();
        assert!(!self.has_ended() || now == before, "{before} became {now}");
        if now["state"] == "challenged" && now["version"] != before["version"] {
            self.asked.push(now["challenge"]["kind"].as_str().unwrap().to_owned());
        }
        self.known = Some(now.clone());
        if now["state"] == "challenged" {
            answer_pending(chile, client, &self.payer, &now);
        }
    }
}

struct Scene {
    installation: Installation,
    gateway: Gateway,
    chile: Chile,
    beside: Beside,
    merchant: String,
    key: String,
}

impl Scene {
    fn begin(customers: &[Customer]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let merchant = shop::merchant().account;
        let paid = shop::paid(&merchant);
        let installation = Installation::with(&(configuration(customers, port) + &paid));
        let keys = installation.tenant("acme");
        let chile = Chile::start_on(installation.path(), port);
        let gateway = installation.serve();
        let beside = Beside::open(&installation.data(), MASTER_KEY, &keys["tenant"]);
        let key = keys["api_key"].as_str().unwrap().to_owned();
        Self { installation, gateway, chile, beside, merchant, key }
    }

    fn killed(self) -> Self {
        self.gateway.process.kill();
        let gateway = self.installation.serve();
        Self { gateway, ..self }
    }
}

/// How often money of each amount has arrived at an account today.
pub fn arrived(chile: &Chile, account: &str) -> BTreeMap<i64, usize> {
    let path = format!("/_sandbox/accounts/{account}/movements");
    let today = chile.today();
    let rows = chile.client.json(&format!("{path}?from={today}&to={today}"));
    let mut arrived = BTreeMap::new();
    for row in rows.as_array().unwrap() {
        *arrived.entry(row["amount"].as_i64().unwrap()).or_default() += 1;
    }
    arrived
}

/// Pays while the gateway is killed; gives how often it was.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn under_fire(mut scene: Scene, wanted: &mut [Wanted]) -> (Scene, usize) {
    let (begun, mut seeded, mut kills) = (Instant::now(), Seeded::new(4_711), 0);
    let most = wanted.len().div_ceil(PAYMENTS_A_KILL);
    let mut life = Instant::now() + Duration::from_millis(seeded.below(MAX_LIFE));
    while !wanted.iter().all(Wanted::has_ended) {
        let left = wanted.iter().filter(|one| !one.has_ended()).count();
        assert!(begun.elapsed() < PATIENCE, "{left} have not ended");
        let client = scene.gateway.client(&scene.key);
        for one in wanted.iter_mut().filter(|one| !one.has_ended()) {
            one.go_on(&client, &scene.chile);
            if Instant::now() >= life && kills < most {
                break;
            }
        }
        if Instant::now() >= life && kills < most {
            scene = scene.killed();
            kills += 1;
            // The random moment is the test.
            life = Instant::now() + Duration::from_millis(seeded.below(MAX_LIFE));
        } else {
            std::thread::sleep(LOOK_EVERY);
        }
    }
    (scene, kills)
}

/// Pays for these customers by `/v1`; gives what came of it, and how often the gateway was killed.
fn pay(customers: Vec<Customer>) -> (Vec<Outcome>, usize) {
    let scene = Scene::begin(&customers);
    let mut wanted: Vec<Wanted> = customers.into_iter().enumerate().map(Wanted::of).collect();
    let (scene, kills) = under_fire(scene, &mut wanted);
    let arrived = arrived(&scene.chile, &scene.merchant);
    let outcome = |one: &Wanted| {
        let arrived = arrived.get(&one.amount).copied().unwrap_or_default();
        let (asked, state) = (one.asked.clone(), one.state().to_owned());
        Outcome { way: "/v1", asked, state, arrived, callback: None }
    };
    let outcomes = wanted.iter().map(outcome).collect();
    let reasons = wanted.iter().filter_map(|one| one.known.as_ref()?["failure"]["code"].as_str());
    let mut failures: BTreeMap<&str, usize> = BTreeMap::new();
    reasons.for_each(|reason| *failures.entry(reason).or_default() += 1);
    eprintln!("by /v1: {failures:?}");
    let completed = wanted.iter().filter(|one| one.state() == "completed").count();
    let check = scene.chile.client.json("/_sandbox/ledger/check");
    assert_eq!((&check["balanced"], &check["transfers"]), (&json!(true), &json!(completed)));
    nothing_is_kept(&scene.beside, wanted.len());
    scene.installation.run(&["audit", "verify"]).done();
    scene.installation.run(&["doctor", "--seals"]).done();
    (outcomes, kills)
}

#[test]
fn payments_survive_kills_of_the_gateway() {
    let mut customers = customers(payments());
    let by_floid = customers.split_off(customers.len() - customers.len() / OF_FLOID);
    let (mut outcomes, kills) = pay(customers);
    let (of_floid, more_kills) = floid::pay(by_floid);
    outcomes.extend(of_floid);
    let (table, count) = (Table::of(&outcomes), outcomes.len());
    eprintln!("{count} payments, {} kills\n{}", kills + more_kills, table.shown());
    let completed = table.sum(|line| line.completed);
    assert_eq!(completed + table.sum(|line| line.failed), count);
    assert_eq!(table.sum(|line| line.moved_twice + line.moved_though_failed), 0);
    assert!(completed > count / 2, "most are completed");
    assert_eq!(table.sum(|line| line.delivered), table.sum(|line| line.awaited));
    assert_eq!(table.sum(|line| line.lost), 0);
}

/// Of no payment any credentials are left, and the trail says so of each once.
pub fn nothing_is_kept(beside: &Beside, count: usize) {
    let (mut rows, mut after): (Vec<PaymentRow>, _) = (Vec::new(), None);
    loop {
        let page = beside.store.payments(beside.tenant, None, after, MAX_PAGE);
        let page = beside.runtime.block_on(page).unwrap();
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(rows.len(), count);
    let is_bare = |row: &PaymentRow| {
        let standing = &row.standing;
        standing.credentials.is_none() && standing.page.is_none() && standing.continuation.is_none()
    };
    assert!(rows.iter().all(is_bare), "credentials or pages are left");
    assert_eq!(crate::crash_tasks::proofs_of(beside, "payment", "pay_").len(), count);
}
