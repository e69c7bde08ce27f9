//! Tasks that many processes do on one database, while workers are killed and the database is
//! restarted under them: each ends once, none is lost, and of none any credentials are left.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cartola_store_postgres::Options;
use cartola_store_postgres::test_kit::{Durability, Ending, Server, TEMPLATE};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::beside::Beside;
use crate::chile::Chile;
use crate::crash_tasks::{OF_KILLS, asked, nothing_is_left, proofs};
use crate::customers::{Customer, configuration, customers};
use crate::installation::{Gateway, Installation, MASTER_KEY};
use crate::postgres::{installation, runtime};
use crate::process::{self, Background};
use crate::seeded::Seeded;
use crate::synaptic::Synaptic;

/// Tasks, unless the environment says otherwise.
const TASKS: usize = 60;

/// Processes that do them.
const WORKERS: usize = 4;

/// Clients that begin them.
const CLIENTS: usize = 8;

/// How long the workers are left alone between two kills, at most, in milliseconds; a second on the
/// whole. Workers look for work once a second: were they killed as regularly, it would always be at
/// the same point of their work.
const MAX_PEACE: u64 = 2_000;

/// How long a client waits where it was refused, and between two looks.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// How long it may take until the next task ends.
const PATIENCE: Duration = Duration::from_mins(3);

/// Tasks that a client finds pending, one after another, before it looks elsewhere.
const ENOUGH_PENDING: usize = 200;

/// What a client is answered while the database is away. What it asked for then may have been begun.
const AWAY: u16 = 503;

/// Tasks of a hundred that end well, whatever is killed: the rest is locked out or given up, which
/// [`OF_KILLS`] says.
const MOST: usize = 90;

/// Columns of bytes that are filled when all tasks have ended, and what they hold: what institutions
/// told and the tasks' results; who somebody is; keys, digests and chains.
const WITHOUT_CREDENTIALS: [&str; 23] = [
    "archive.object_sealed",
    "import.content",
    "movement.body",
    "record.content",
    "sighting.unconfirmed",
    "source.says",
    "task.result",
    "account.holder_sealed",
    "account.identity",
    "person.identity_sealed",
    "person.lookup",
    "audit.hash",
    "consent.evidence",
    "credential.digest",
    "credential.secret_sealed",
    "data_key.wrapped",
    "data_key.wrapped_master",
    "installation_secret.wrapped",
    "installation_secret.wrapped_master",
    "record.digest",
    "sign_ins.open_secret",
    "sign_ins.refused_secret",
    "tenant_head.audit_hash",
];

/// How many readings took so many attempts.
const ATTEMPTS: &str = "SELECT string_agg(format('%s x %s', count, attempts), ', ' ORDER BY attempts) \
    FROM (SELECT attempts, count(*) FROM cartola.job WHERE kind = 'link.read' GROUP BY attempts) all_of";

#[allow(clippy::disallowed_methods, reason = "how many to ask for is told to the test process")]
fn tasks() -> usize {
    let told = std::env::var("CARTOLA_SHARED_TASKS").ok();
    told.map_or(TASKS, |text| text.parse().expect("CARTOLA_SHARED_TASKS is a number"))
}

struct Scene {
    runtime: Runtime,
    server: Server,
    installation: Installation,
    gateway: Gateway,
    key: String,
    tenant: Value,
    _chile: Chile,
}

impl Scene {
    fn begin(customers: &[Customer]) -> Self {
        let runtime = runtime();
        let server = runtime.block_on(Server::alone(Durability::Fast));
        let folder = tempfile::tempdir().unwrap();
        let chile = Chile::start(folder.path());
        let port = chile.url.rsplit(':').next().unwrap().parse().unwrap();
        let more = format!("[jobs]\nserve = false\n{}", configuration(customers, port));
        let installation = installation(&server, TEMPLATE, &more);
        let keys = installation.tenant("acme");
        let gateway = installation.serve();
        let key = keys["api_key"].as_str().unwrap().to_owned();
        let tenant = keys["tenant"].clone();
        Self { runtime, server, installation, gateway, key, tenant, _chile: chile }
    }

    fn client(&self) -> Synaptic {
        Synaptic::with_key(&self.gateway.url, &self.key)
    }

    /// Starts a worker, however often it takes until its database answers.
    fn work(&self) -> Background {
        loop {
            let command = process::command(self.installation.path(), &["worker"]);
            match Background::start(command) {
                Ok((worker, _)) => return worker,
                Err(_) => thread::sleep(AGAIN_AFTER),
            }
        }
    }

    /// The text that a statement of the superuser comes to.
    fn text(&self, statement: &str) -> String {
        self.runtime.block_on(self.server.text(TEMPLATE, statement))
    }

    /// The number that one comes to.
    fn count(&self, statement: &str) -> usize {
        let count = self.runtime.block_on(self.server.count(TEMPLATE, statement));
        usize::try_from(count).unwrap()
    }
}

/// Kills one worker after another until told to stop; gives how often. They begin when there is a lot
/// to do: what is killed then may take much along.
fn kill(scene: &Scene, has_work: &AtomicBool, stop: &AtomicBool) -> usize {
    while !has_work.load(Ordering::Relaxed) {
        thread::sleep(AGAIN_AFTER);
    }
    let mut workers: Vec<Background> = (0..WORKERS).map(|_| scene.work()).collect();
    let (mut seeded, mut kills) = (Seeded::new(78), 0);
    while !stop.load(Ordering::Relaxed) {
        // The random moment is the test.
        thread::sleep(Duration::from_millis(seeded.below(MAX_PEACE)));
        workers.remove(0).kill();
        workers.push(scene.work());
        kills += 1;
    }
    kills
}

/// Begins the tasks that no other client has begun, each until it is accepted; gives them, and how
/// often one was refused.
fn begin(scene: &Scene, customers: &[Customer], next: &AtomicUsize) -> (Vec<String>, usize) {
    let (client, mut begun, mut refusals) = (scene.client(), Vec::new(), 0);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let Some(customer) = customers.get(number) else { return (begun, refusals) };
        let (action, args) = asked(number, customer);
        loop {
            let answer = client.begin(&action, &args);
            if answer.status == 200 {
                begun.push(answer.json()["taskId"].as_str().unwrap().to_owned());
                break;
            }
            assert_eq!(answer.status, AWAY, "{}", answer.text());
            refusals += 1;
            thread::sleep(AGAIN_AFTER);
        }
    }
}

/// Begins all tasks; in the midst of it restarts the database, and says that there is work.
fn begin_all(scene: &Scene, customers: &[Customer], has_work: &AtomicBool) -> (Vec<String>, usize) {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| scope.spawn(|| begin(scene, customers, &next))).collect();
        while next.load(Ordering::Relaxed) < customers.len() / 2 {
            thread::sleep(Duration::from_millis(1));
        }
        scene.server.restart(Ending::Fast);
        has_work.store(true, Ordering::Relaxed);
        let (mut tasks, mut refusals) = (Vec::new(), 0);
        for client in clients {
            let (begun, refused) = client.join().unwrap();
            tasks.extend(begun);
            refusals += refused;
        }
        (tasks, refusals)
    })
}

/// Where a task stands; nothing while the database is away.
fn look(client: &Synaptic, task: &str) -> Option<Value> {
    let answer = client.look(task);
    if answer.status == AWAY {
        return None;
    }
    assert_eq!(answer.status, 200, "{task} is lost");
    Some(answer.json())
}

/// Looks at tasks until all have ended, and crashes the database when half of them have.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn follow(scene: &Scene, tasks: &[String]) -> BTreeMap<String, Value> {
    let client = scene.client();
    let mut pending: Vec<&String> = tasks.iter().collect();
    let (mut ended, mut crashed, mut moved) = (BTreeMap::new(), false, Instant::now());
    while !pending.is_empty() {
        let mut in_vain = 0;
        pending.retain(|task| {
            let standing = (in_vain < ENOUGH_PENDING).then(|| look(&client, task)).flatten();
            let standing = standing.filter(|it| it["taskStatusCode"] != 202);
            in_vain = if standing.is_some() { 0 } else { in_vain + 1 };
            let has_ended = standing.is_some();
            if let Some(standing) = standing {
                ended.insert((*task).clone(), standing);
                moved = Instant::now();
            }
            !has_ended
        });
        assert!(moved.elapsed() < PATIENCE, "{} have not ended", pending.len());
        if !crashed && ended.len() * 2 >= tasks.len() {
            scene.server.restart(Ending::Immediate);
            crashed = true;
        }
        thread::sleep(AGAIN_AFTER);
    }
    ended
}

/// Insists that each task still says what it came to; gives how many came to what.
fn look_again(scene: &Scene, ended: &BTreeMap<String, Value>) -> BTreeMap<u64, usize> {
    let (client, mut codes) = (scene.client(), BTreeMap::new());
    for (task, standing) in ended {
        assert_eq!(look(&client, task).as_ref(), Some(standing), "{task} ended twice");
        let code = standing["taskStatusCode"].as_u64().unwrap();
        assert!(code == 200 || OF_KILLS.contains(&code), "{task}: {standing}");
        *codes.entry(code).or_default() += 1;
    }
    codes
}

/// Insists that nothing sealed is left where credentials of a task could be, in any table.
fn no_credentials_are_left(scene: &Scene) {
    let columns = scene.text(
        "SELECT string_agg(format('SELECT %L AS place WHERE EXISTS (SELECT FROM cartola.%I WHERE %I \
         IS NOT NULL)', c.relname || '.' || a.attname, c.relname, a.attname), ' UNION ALL ') \
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE a.atttypid = 'bytea'::regtype \
         AND c.relnamespace = 'cartola'::regnamespace AND c.relkind IN ('r', 'p') \
         AND NOT c.relispartition AND NOT a.attisdropped",
    );
    let filled = scene.text(&format!("SELECT string_agg(place, ',') FROM ({columns}) places"));
    let mut left = filled.split(',').filter(|place| !WITHOUT_CREDENTIALS.contains(place));
    assert_eq!(left.next(), None, "something is left of the tasks");
}

/// Waits for what was begun although nobody was told so, and gives the tasks that came to a job.
#[allow(clippy::disallowed_methods, reason = "a limit to waiting is no business time")]
fn all_with_jobs(scene: &Scene) -> usize {
    let (begun, count) = (Instant::now(), |statement: &str| scene.count(statement));
    while count("SELECT count(*) FROM cartola.job WHERE ended_at IS NULL") > 0 {
        assert!(begun.elapsed() < PATIENCE, "there are jobs that do not end");
        thread::sleep(AGAIN_AFTER);
    }
    assert_eq!(count("SELECT count(*) FROM cartola.task WHERE ended_at IS NULL"), 0);
    count("SELECT count(*) FROM cartola.task WHERE job IS NOT NULL")
}

/// Insists that the queue and the audit trail know of each task once.
fn all_are_accounted_for(scene: &Scene, tasks: &[String], refusals: usize) {
    let with_jobs = all_with_jobs(scene);
    assert!((tasks.len()..=tasks.len() + refusals).contains(&with_jobs), "{with_jobs} tasks");
    let options = Options { owner: None, ..scene.server.options(TEMPLATE) };
    let beside = Beside::shared(options, MASTER_KEY, &scene.tenant);
    assert_eq!(nothing_is_left(&beside), 2 * with_jobs, "a reading and an end for each");
    let proofs = proofs(&beside);
    assert_eq!(proofs.len(), with_jobs);
    assert!(tasks.iter().all(|task| proofs.contains_key(task)), "a task is not accounted for");
    assert!(proofs.values().all(|times| *times == 1), "credentials were destroyed twice");
}

#[test]
#[allow(clippy::disallowed_methods, reason = "how long it takes is told")]
fn tasks_survive_kills_of_workers_and_of_the_database() {
    let customers = customers(tasks());
    let scene = Scene::begin(&customers);
    let (begun, has_work, stop) = (Instant::now(), AtomicBool::new(false), AtomicBool::new(false));
    let (tasks, refusals, ended, kills) = thread::scope(|scope| {
        let killer = scope.spawn(|| kill(&scene, &has_work, &stop));
        // Whatever fails here, the killer is to end.
        let stopping = Stopping { has_work: &has_work, stop: &stop };
        let (tasks, refusals) = begin_all(&scene, &customers, &has_work);
        eprintln!("{} tasks begun in {:?}, {refusals} refusals", tasks.len(), begun.elapsed());
        let ended = follow(&scene, &tasks);
        drop(stopping);
        (tasks, refusals, ended, killer.join().unwrap())
    });
    let duration = begun.elapsed();
    let codes = look_again(&scene, &ended);
    eprintln!("{} tasks, {kills} kills, 2 restarts, {codes:?}, {duration:?}", tasks.len());
    all_are_accounted_for(&scene, &tasks, refusals);
    no_credentials_are_left(&scene);
    eprintln!("readings by attempts: {}", scene.text(ATTEMPTS));
    let well = codes.get(&200).copied().unwrap_or_default();
    assert!(well * 100 >= tasks.len() * MOST, "{well} ended well");
    scene.installation.run(&["audit", "verify"]).done();
    scene.installation.run(&["doctor"]).done();
}

/// Stops the killer when it is dropped.
struct Stopping<'a> {
    has_work: &'a AtomicBool,
    stop: &'a AtomicBool,
}

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.has_work.store(true, Ordering::Relaxed);
    }
}
