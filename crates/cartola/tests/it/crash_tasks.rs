//! Killing the gateway while tasks run: each ends once, none is lost, and of no task any credentials
//! are left.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::time::{Duration, Instant};

use cartola_model::Principal;
use cartola_store::jobs::{JobState, Queue};
use serde_json::{Value, json};

use crate::beside::Beside;
use crate::chile::Chile;
use crate::customers::{Customer, configuration, customers};
use crate::installation::{Gateway, Installation, MASTER_KEY};
use crate::seeded::Seeded;
use crate::synaptic::Synaptic;

/// Tasks, unless the environment says otherwise.
const TASKS: usize = 100;

/// How long the gateway lives before it is killed, at most, in milliseconds: some begin and end
/// dozens of tasks, others are killed before they claim one.
const MAX_LIFE: u64 = 1_500;

/// Tasks that are looked at between two kills: a long run is to be spent killing.
const LOOKS: usize = 500;

/// How long all tasks together may take.
const PATIENCE: Duration = Duration::from_mins(20);

/// Jobs at once: as many as the box answers in time when test and box share two cores.
const AT_ONCE: usize = 200;

/// What a task may come to beside success, where its worker was killed: three attempts to sign in of
/// which nobody knows the end lock the user, and what took its process along ten times is given up.
pub const OF_KILLS: [u64; 2] = [423, 500];

#[allow(clippy::disallowed_methods, reason = "how many to ask for is told to the test process")]
fn tasks() -> usize {
    let told = std::env::var("CARTOLA_CRASH_TASKS").ok();
    told.map_or(TASKS, |text| text.parse().expect("CARTOLA_CRASH_TASKS is a number"))
}

struct Scene {
    installation: Installation,
    gateway: Gateway,
    _chile: Chile,
    beside: Beside,
    key: String,
}

impl Scene {
    fn begin(customers: &[Customer]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let jobs = format!("[jobs]\nat_once = {AT_ONCE}\n");
        let installation = Installation::with(&(configuration(customers, port) + &jobs));
        let keys = installation.tenant("acme");
        let chile = Chile::start_on(installation.path(), port);
        let gateway = installation.serve();
        let beside = Beside::open(&installation.data(), MASTER_KEY, &keys["tenant"]);
        let key = keys["api_key"].as_str().unwrap().to_owned();
        Self { installation, gateway, _chile: chile, beside, key }
    }

    fn client(&self) -> Synaptic {
        Synaptic::with_key(&self.gateway.url, &self.key)
    }

    fn killed(self) -> Self {
        self.gateway.process.kill();
        let gateway = self.installation.serve();
        Self { gateway, ..self }
    }
}

/// What is asked for one of the customers, one action or another, and with what.
pub fn asked(number: usize, customer: &Customer) -> (String, Value) {
    let bank = &customer.institution;
    let of_person = ["movements", "tef", "identity", "transfers", "financial-report"];
    let of_company = ["movements", "identity"];
    let is_company = bank.ends_with("-empresas");
    let actions = if is_company { &of_company[..] } else { &of_person[..] };
    let name = actions[number % actions.len()];
    let args = json!({"username": customer.rut, "password": customer.password});
    (format!("{bank}:{name}"), args)
}

/// Begins a task for each customer.
fn begin(client: &Synaptic, customers: &[Customer]) -> Vec<String> {
    let begin = |(number, customer): (usize, &Customer)| {
        let (action, args) = asked(number, customer);
        client.task(&action, &args)
    };
    customers.iter().enumerate().map(begin).collect()
}

/// Takes note of what has ended, and insists that it stays so.
fn follow(client: &Synaptic, tasks: &[String], ended: &mut BTreeMap<String, Value>) {
    for task in tasks {
        let answer = client.look(task);
        assert_eq!(answer.status, 200, "{task} is lost");
        let standing = answer.json();
        if standing["taskStatusCode"] == 202 {
            assert!(!ended.contains_key(task), "{task} had ended");
            continue;
        }
        let known = ended.entry(task.clone()).or_insert_with(|| standing.clone());
        assert_eq!(*known, standing, "{task} ended twice");
    }
}

/// Kills the gateway until all have ended; gives how often.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn under_fire(mut scene: Scene, tasks: &[String]) -> (Scene, usize, BTreeMap<String, Value>) {
    let (begun, mut seeded, mut kills) = (Instant::now(), Seeded::new(77), 0);
    let mut ended = BTreeMap::new();
    let mut looks = tasks.chunks(LOOKS).cycle();
    while ended.len() < tasks.len() {
        assert!(begun.elapsed() < PATIENCE, "{} have not ended", tasks.len() - ended.len());
        // The random moment is the test.
        std::thread::sleep(Duration::from_millis(seeded.below(MAX_LIFE)));
        scene = scene.killed();
        kills += 1;
        follow(&scene.client(), looks.next().unwrap(), &mut ended);
    }
    follow(&scene.client(), tasks, &mut ended);
    (scene, kills, ended)
}

/// Insists that every job has ended and keeps nothing; gives how many there were.
pub fn nothing_is_left(beside: &Beside) -> usize {
    let Beside { runtime, store, tenant, .. } = beside;
    let (mut jobs, mut after) = (0, None);
    loop {
        let page = store.jobs(*tenant, Queue::Work, None, after, 500);
        let page = runtime.block_on(page).unwrap();
        for job in &page.rows {
            assert!(matches!(job.state, JobState::Done { .. } | JobState::Dead { .. }));
            assert!(job.order.arguments.is_none(), "{} keeps its arguments", job.order.id);
        }
        jobs += page.rows.len();
        after = page.next;
        if after.is_none() {
            return jobs;
        }
    }
}

/// How often the audit trail says of each task that its credentials are gone.
pub fn proofs(beside: &Beside) -> BTreeMap<String, usize> {
    proofs_of(beside, "task", "tsk_")
}

/// The same of whatever the trail calls by that name.
pub fn proofs_of(beside: &Beside, name: &str, prefix: &str) -> BTreeMap<String, usize> {
    let Beside { runtime, engine, tenant, .. } = beside;
    let (who, mut proofs, mut after) = (Principal::operator(*tenant), BTreeMap::new(), 0);
    loop {
        let entries = runtime.block_on(engine.audit(&who, after, 500)).unwrap();
        let Some(last) = entries.last() else { return proofs };
        after = last.row.sequence;
        for entry in entries.iter().filter(|one| one.event.action == "credentials.destroyed") {
            let of = entry.event.details.iter().find(|(detail, _)| detail == name).unwrap();
            *proofs.entry(of.1.trim_start_matches(prefix).to_owned()).or_default() += 1;
        }
    }
}

#[test]
fn tasks_survive_kills_of_the_gateway() {
    let customers = customers(tasks());
    let scene = Scene::begin(&customers);
    let tasks = begin(&scene.client(), &customers);
    let (scene, kills, ended) = under_fire(scene, &tasks);
    let mut codes: BTreeMap<u64, usize> = BTreeMap::new();
    for (task, standing) in &ended {
        let code = standing["taskStatusCode"].as_u64().unwrap();
        assert!(code == 200 || OF_KILLS.contains(&code), "{task}: {standing}");
        *codes.entry(code).or_default() += 1;
    }
    let jobs = nothing_is_left(&scene.beside);
    assert_eq!(jobs, 2 * tasks.len(), "a reading and an end for each");
    let proofs = proofs(&scene.beside);
    assert_eq!(proofs.len(), tasks.len());
    assert!(proofs.values().all(|times| *times == 1), "credentials were destroyed twice");
    scene.installation.run(&["audit", "verify"]).done();
    scene.installation.run(&["doctor", "--seals"]).done();
    eprintln!("{} tasks, {kills} kills, {codes:?}", tasks.len());
}
