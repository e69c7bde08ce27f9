//! Killing the gateway while cash is put aside: what was claimed left the account once, what was
//! cancelled or failed is back, nothing is left in doubt, and no credentials or codes are kept.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use cartola_engine::instructions::{InstructionKind, InstructionRow};
use cartola_store::MAX_PAGE;
use cartola_store::instructions::InstructionFilter;
use serde_json::{Value, json};

use crate::beside::Beside;
use crate::chile::Chile;
use crate::customers::{Customer, configuration, customers_at};
use crate::http::Client;
use crate::installation::{Gateway, Installation, MASTER_KEY};
use crate::postgres::Cluster;
use crate::seeded::Seeded;

/// Withdrawals, unless the environment says otherwise.
const WITHDRAWALS: usize = 24;

/// How long the gateway lives before it is killed, at most, in milliseconds.
const MAX_LIFE: u64 = 600;

/// How often it is asked.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Kills, for so many withdrawals.
const WITHDRAWALS_A_KILL: usize = 2;

/// How long all of them together may take.
const PATIENCE: Duration = Duration::from_mins(25);

const BANK: &str = "banco-chile";
const WORKER: &str = "9.876.543-3";
const AMOUNT: i64 = 5_000;

#[allow(clippy::disallowed_methods, reason = "how many to ask for is told to the test process")]
fn withdrawals() -> usize {
    let told = std::env::var("CARTOLA_CRASH_WITHDRAWALS").ok();
    told.map_or(WITHDRAWALS, |text| text.parse().expect("CARTOLA_CRASH_WITHDRAWALS is a number"))
}

/// One that is wanted, and what is known of it.
struct Wanted {
    customer: Customer,
    key: String,
    /// Whether it is taken; else it is cancelled once it could be.
    is_taken: bool,
    taken: usize,
    known: Option<Value>,
}

impl Wanted {
    fn of((number, customer): (usize, Customer)) -> Self {
        let key = format!("turno-{number}");
        Self { customer, key, is_taken: number % 3 != 2, taken: 0, known: None }
    }

    fn state(&self) -> &str {
        self.known.as_ref().map_or("", |known| known["state"].as_str().unwrap())
    }

    fn has_ended(&self) -> bool {
        ["claimed", "cancelled", "failed"].contains(&self.state())
    }

    fn begin(&mut self, client: &Client) {
        let Customer { institution, rut, password, .. } = &self.customer;
        let body = json!({"rut": WORKER, "amount": AMOUNT, "payer": {"institution": institution,
            "rut": rut, "credentials": {"password": password}}});
        let headers = [("Content-Type", "application/json"), ("Idempotency-Key", &*self.key)];
        let begun = client.send("POST", "/v1/withdrawals", &headers, body.to_string().as_bytes());
        let begun = begun.ok().filter(|answer| answer.status == 201);
        self.known = begun.map(|answer| answer.json());
    }

    /// Asks for it, or looks at it, and does what whoever has to do with it does. Insists that what has
    /// ended stays so.
    fn go_on(&mut self, client: &Client, chile: &Chile) {
        let Some(before) = self.known.clone() else { return self.begin(client) };
        let path = format!("/v1/withdrawals/{}", before["id"].as_str().unwrap());
        let Ok(answer) = client.send("GET", &path, &[], b"") else { return };
        assert_eq!(answer.status, 200, "{path} is lost");
        let now = answer.json();
        assert!(!self.has_ended() || now == before, "{before} became {now}");
        match now["state"].as_str().unwrap() {
            "challenged" => {
                let which = json!({"institution": BANK, "end_to_end_id": now["end_to_end_id"]});
                let path = format!("/_sandbox/phones/{}/approve", self.customer.rut);
                chile.lever("POST", &path, &which);
            }
            "available" if self.is_taken => {
                let claim = json!({"code": now["code"], "rut": WORKER});
                let claimed = chile.lever("POST", "/_sandbox/atm/claim", &claim).status;
                self.taken += usize::from(claimed == 200);
            }
            "available" => drop(client.send("POST", &format!("{path}/cancel"), &[], b"")),
            _ => {}
        }
        self.known = Some(now);
    }
}

/// Where a gateway keeps what it knows, and its configuration.
pub enum Kept {
    Folder(Installation),
    Database(Cluster),
}

impl Kept {
    const fn installation(&self) -> &Installation {
        match self {
            Self::Folder(installation) => installation,
            Self::Database(cluster) => &cluster.installation,
        }
    }

    fn beside(&self, tenant: &Value) -> Beside {
        match self {
            Self::Folder(installation) => Beside::open(&installation.data(), MASTER_KEY, tenant),
            Self::Database(cluster) => Beside::shared(cluster.options(), MASTER_KEY, tenant),
        }
    }
}

struct Scene {
    gateway: Gateway,
    chile: Chile,
    beside: Beside,
    key: String,
    /// Last, so that nobody is left who uses it when it goes.
    kept: Kept,
}

impl Scene {
    fn begin(customers: &[Customer], keep: impl FnOnce(&str) -> Kept) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let kept = keep(&configuration(customers, port));
        let installation = kept.installation();
        let keys = installation.tenant("acme");
        let chile = Chile::start_on(installation.path(), port);
        let gateway = installation.serve();
        let beside = kept.beside(&keys["tenant"]);
        let key = keys["api_key"].as_str().unwrap().to_owned();
        Self { gateway, chile, beside, key, kept }
    }

    fn killed(self) -> Self {
        self.gateway.process.kill();
        let gateway = self.kept.installation().serve();
        Self { gateway, ..self }
    }
}

/// Puts cash aside while the gateway is killed; gives how often it was.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn under_fire(mut scene: Scene, wanted: &mut [Wanted]) -> (Scene, usize) {
    let (begun, mut seeded, mut kills) = (Instant::now(), Seeded::new(4_711), 0);
    let most = wanted.len().div_ceil(WITHDRAWALS_A_KILL);
    let mut life = Instant::now() + Duration::from_millis(seeded.below(MAX_LIFE));
    while !wanted.iter().all(Wanted::has_ended) {
        let left: Vec<_> =
            wanted.iter().filter(|one| !one.has_ended()).map(Wanted::state).collect();
        assert!(begun.elapsed() < PATIENCE, "these have not ended: {left:?}");
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

#[test]
fn withdrawals_survive_kills_of_the_gateway() {
    check(|config| Kept::Folder(Installation::with(config)));
}

/// Insists that withdrawals survive kills of a gateway whose store is that.
pub fn check(keep: impl FnOnce(&str) -> Kept) {
    let customers = customers_at(BANK, withdrawals());
    let scene = Scene::begin(&customers, keep);
    let mut wanted: Vec<Wanted> = customers.into_iter().enumerate().map(Wanted::of).collect();
    let (scene, kills) = under_fire(scene, &mut wanted);
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for one in &wanted {
        *states.entry(one.state()).or_default() += 1;
    }
    eprintln!("{} withdrawals, {kills} kills: {states:?}", wanted.len());
    for one in &wanted {
        let claimed = usize::from(one.state() == "claimed");
        assert_eq!(one.taken, claimed, "{} is {}", one.key, one.state());
    }
    assert!(states.get("claimed").copied().unwrap_or_default() > wanted.len() / 3);
    let check = scene.chile.client.json("/_sandbox/ledger/check");
    assert_eq!(check["balanced"], json!(true), "{check}");
    nothing_is_kept(&scene.beside, wanted.len());
    let installation = scene.kept.installation();
    installation.run(&["audit", "verify"]).done();
    installation.run(&["doctor", "--seals"]).done();
}

/// Of none any credentials or code are left, and the trail says so of each once.
fn nothing_is_kept(beside: &Beside, count: usize) {
    let (mut rows, mut after): (Vec<InstructionRow>, _) = (Vec::new(), None);
    let kind = InstructionKind::Withdrawal;
    let filter = InstructionFilter { kind, standing: None, about: None };
    loop {
        let page = beside.store.instructions(beside.tenant, filter, after, MAX_PAGE);
        let page = beside.runtime.block_on(page).unwrap();
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(rows.len(), count);
    let is_bare = |row: &InstructionRow| {
        let standing = &row.standing;
        standing.credentials.is_none() && standing.code.is_none() && standing.continuation.is_none()
    };
    assert!(rows.iter().all(is_bare), "credentials or codes are left");
    assert_eq!(crate::crash_tasks::proofs_of(beside, "instruction", "ins_").len(), count);
}
