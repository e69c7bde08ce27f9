//! Several stores on one database, as processes have them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cartola_primitives::id::{JobId, LinkId, TenantId};
use cartola_primitives::monotonic::{Monotonic, SystemMonotonic};
use cartola_store::contract::fixtures::{Fixtures, NOW};
use cartola_store::contract::lanes::of_lane;
use cartola_store::contract::scene::Scene;
use cartola_store::jobs::{
    Claim, ClaimedJob, JobEnd, JobOrder, Limits, MAX_OPEN_JOBS, Others, Queue,
};
use cartola_store::{Command, Committer, Jobs, StoreErrorKind, UnitOfWork};
use cartola_store_postgres::PostgresStore;
use cartola_store_postgres::test_kit::Database;
use tokio_postgres::NoTls;

use crate::support::{Kept, statement};

/// How long a wake-up may take on a slow machine; longer, and nobody was woken.
const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_once_lose_nothing() {
    const UNITS: usize = 30;
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let mut commits = tokio::task::JoinSet::new();
    for store in [Arc::clone(&kept.store), kept.database.open().await] {
        for _ in 0..UNITS {
            let (store, unit) = (Arc::clone(&store), statement(&scene, 3));
            commits.spawn(async move { store.commit(unit).await });
        }
    }
    let mut positions = Vec::new();
    while let Some(commit) = commits.join_next().await {
        let receipt = commit.expect("no panic").expect("every unit is committed");
        positions.push(receipt.feed_position.expect("movements were added"));
    }
    positions.sort_unstable();
    let expected: Vec<u64> = (1..=2 * UNITS as u64).map(|nth| nth * 3).collect();
    assert_eq!(positions, expected, "each unit has its own places in the feed");
    assert_eq!(scene.shown().await.len(), 6 * UNITS);
    assert_eq!(kept.store.check().await.expect("a check").problems, Vec::<String>::new());
}

/// Units that change the same rows in opposite order wait for each other; PostgreSQL ends one of them,
/// which is applied again.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn units_that_cross_are_both_committed() {
    const PAIRS: usize = 6;
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let rows: Vec<_> = (0..2).map(|_| scene.make.link(None)).collect();
    let mut unit = scene.unit();
    for (row, source) in rows.iter().zip(["one", "other"]) {
        let institution = cartola_store::contract::fixtures::institution(source);
        unit.push(Command::AddLink(cartola_store::people::LinkRow { institution, ..row.clone() }));
    }
    scene.commit(unit).await;
    let keep = |row: &cartola_store::people::LinkRow| {
        Command::KeepLinkSecret(cartola_store::people::LinkSecretRow {
            link: row.id,
            mandate: scene.consent.id,
            barred: None,
            sealed: scene.make.sealed("secret"),
        })
    };
    let there = scene.unit().with(keep(&rows[0])).with(keep(&rows[1]));
    let back = scene.unit().with(keep(&rows[1])).with(keep(&rows[0]));
    let mut commits = tokio::task::JoinSet::new();
    for unit in [there, back].into_iter().cycle().take(2 * PAIRS) {
        let store = Arc::clone(&kept.store);
        commits.spawn(async move { store.commit(unit).await });
    }
    for outcome in commits.join_all().await {
        outcome.expect("it is committed in the end");
    }
}

/// What all processes have taken so far.
#[derive(Default)]
struct Taken {
    jobs: BTreeSet<JobId>,
    links: BTreeSet<(TenantId, LinkId)>,
}

fn claim(make: &Fixtures, time: &SystemMonotonic, places: usize) -> Claim {
    Claim {
        queue: Queue::Work,
        now: NOW,
        moment: time.moment(),
        term: Duration::from_mins(10),
        leases: (0..places).map(|_| make.id()).collect(),
        limits: Limits::NONE,
        frees: true,
        others: Others::Watched(Vec::new()),
    }
}

/// Notes a job as taken; fails where it, or a job of its link, is taken already.
fn take(taken: &Mutex<Taken>, job: &ClaimedJob) {
    let mut taken = taken.lock().expect("no panic elsewhere");
    assert!(taken.jobs.insert(job.row.order.id), "a job was taken twice");
    if let Some(link) = job.row.order.link {
        assert!(taken.links.insert((job.tenant, link)), "two jobs of a link run at once");
    }
}

async fn end(store: &PostgresStore, taken: &Mutex<Taken>, job: ClaimedJob) {
    let end = Command::EndJob { id: job.row.order.id, lease: job.lease, end: JobEnd::Done };
    // Before it has ended: from then on another one may run.
    if let Some(link) = job.row.order.link {
        taken.lock().expect("no panic elsewhere").links.remove(&(job.tenant, link));
    }
    let unit = UnitOfWork::new(job.tenant, NOW).with(end);
    store.commit(unit).await.expect("the job is ours");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn claimers_at_once_share_no_job_and_leave_none() {
    const TENANTS: u64 = 3;
    const JOBS: usize = 40;
    const CLAIMERS: u64 = 6;
    let kept = Kept::new().await;
    for seed in 1..=TENANTS {
        let scene = Scene::of_tenant(&kept.backend(), seed).await;
        let links: Vec<LinkId> = (0..3).map(|_| scene.make.id()).collect();
        let jobs: Vec<JobOrder> = (0..JOBS)
            .map(|nth| JobOrder { link: links.get(nth % 6).copied(), ..scene.make.job() })
            .collect();
        scene.enqueue(&jobs).await;
    }
    let taken = Arc::new(Mutex::new(Taken::default()));
    let all = usize::try_from(TENANTS).expect("a few") * JOBS;
    let mut claimers = tokio::task::JoinSet::new();
    for seed in 0..CLAIMERS {
        let (store, taken) = (kept.database.open().await, Arc::clone(&taken));
        claimers.spawn(async move {
            let make = Fixtures::new(1_000 + seed);
            let time = SystemMonotonic::start(make.id());
            while taken.lock().expect("no panic elsewhere").jobs.len() < all {
                let claim = claim(&make, &time, 4);
                let jobs = store.claim(claim).await.expect("jobs can be claimed");
                for job in &jobs {
                    take(&taken, job);
                }
                for job in jobs {
                    end(&store, &taken, job).await;
                }
            }
        });
    }
    claimers.join_all().await;
    assert_eq!(taken.lock().expect("no panic elsewhere").jobs.len(), all);
    assert_eq!(kept.store.check().await.expect("a check").problems, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_wakes_those_who_wait_in_another_process() {
    const TIMES: usize = 5;
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let other = kept.database.open().await;
    let mut waiting = other.arrivals();
    assert!(waiting.next(PATIENCE).await, "whoever begins to listen looks once");
    for _ in 0..TIMES {
        scene.apply(Command::EnqueueJob(scene.make.job())).await;
        assert!(waiting.next(PATIENCE).await, "the other process was told");
    }
}

#[tokio::test]
async fn a_tenant_whose_jobs_are_too_many_has_to_wait() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let enqueue = || scene.unit().with(Command::EnqueueJob(scene.make.job()));
    let set = |open: u64| {
        format!("UPDATE cartola.job_open SET open = CASE part WHEN 0 THEN {open} ELSE 0 END")
    };
    let (server, name) = (kept.database.server, &kept.database.name);
    server.execute(name, &[&set(MAX_OPEN_JOBS)]).await;
    assert_eq!(scene.refused_unit(enqueue()).await, StoreErrorKind::Busy);
    server.execute(name, &[&set(MAX_OPEN_JOBS - 1)]).await;
    scene.commit(enqueue()).await;
}

/// A claim of one place, where two of a lane may run.
const CLAIM: &str = "SELECT id FROM cartola.claim_jobs(1, 9000000000000000, gen_random_uuid(), 1, \
    1, ARRAY[gen_random_uuid()], 2, NULL)";

/// How many entries of indexes and rows of `job` a query looks at. What it does is undone.
async fn looked_at_by(database: &Database, query: &str) -> i64 {
    const COUNT: &str = "SELECT sum(pg_stat_get_xact_tuples_returned(relation))::bigint FROM (\
        SELECT indexrelid AS relation FROM pg_index WHERE indrelid = 'cartola.job'::regclass \
        UNION ALL SELECT 'cartola.job'::regclass) r";
    let url = database.server.url("postgres", &database.name);
    let (mut client, connection) =
        tokio_postgres::connect(url.expose(), NoTls).await.expect("the server answers");
    tokio::spawn(connection);
    client.batch_execute("ANALYZE cartola.job").await.expect("statistics");
    let undone = client.transaction().await.expect("a transaction");
    assert_eq!(undone.query(query, &[]).await.expect("a claim").len(), 1);
    undone.query_one(COUNT, &[]).await.expect("a number").get(0)
}

/// Queues so many jobs for a bank that hangs, and one for a bank that does not; gives how many rows
/// a claim of the latter looked at.
async fn looked_at(queued: usize) -> i64 {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let hanging: Vec<_> = (0..queued).map(|_| of_lane(&scene, "hangs")).collect();
    for orders in hanging.chunks(1_000) {
        scene.enqueue(orders).await;
    }
    let make = Fixtures::new(1_001);
    let time = SystemMonotonic::start(make.id());
    let limits = Limits { of_lane: Some(2), of_tenant: None };
    let take = async || {
        let claim = Claim { limits, ..claim(&make, &time, 100) };
        kept.store.claim(claim).await.expect("jobs can be claimed").len()
    };
    assert_eq!(take().await, 2);
    scene.enqueue(&[of_lane(&scene, "answers")]).await;
    let looked_at = looked_at_by(&kept.database, CLAIM).await;
    assert_eq!(take().await, 1, "what was looked at was rolled back");
    looked_at
}

#[tokio::test]
async fn a_full_lane_costs_the_same_however_long_it_is() {
    let (short, long) = (looked_at(10).await, looked_at(10_000).await);
    assert!(long <= short + 20, "{long} rows of a long queue, {short} of a short one");
}

#[tokio::test]
async fn processes_share_one_clock() {
    let kept = Kept::new().await;
    let other = kept.database.open().await;
    let clocks = [kept.store.monotonic(), other.monotonic()];
    let [one, two, three] = [clocks[0].moment(), clocks[1].moment(), clocks[0].moment()];
    assert_eq!(one.epoch, two.epoch);
    assert!(one.elapsed <= three.elapsed, "it never goes back");
    let apart = two.elapsed.abs_diff(one.elapsed);
    assert!(apart < Duration::from_secs(10), "{apart:?} on one machine");
}
