//! Leases: whose a job is, and until when.

use std::collections::BTreeMap;
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::Randomness;
use cartola_primitives::id::JobId;
use cartola_primitives::monotonic::Monotonic;
use cartola_primitives::randomness::SeededRandomness;

use super::Backend;
use super::crew::{TERM, Worker, ending, ids, retry};
use super::fixtures::{NOW, at};
use super::scene::Scene;
use crate::jobs::{
    Claim, ClaimedJob, Continuation, JobEnd, JobOrder, JobState, LeaseWatch, Others, Queue,
    Standing,
};
use crate::{MAX_PAGE, StoreErrorKind};

/// A lease comes back as it was claimed: whole milliseconds, in the worker's epoch.
pub async fn a_claim_gives_a_lease(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    worker.time.advance(Duration::from_micros(1_500_700));
    scene.enqueue_new(1).await;
    let job = worker.take_one().await;
    let JobState::Running(lease) = job.row.state else { panic!("it runs") };
    assert_eq!((lease.id, lease.epoch), (job.lease, worker.time.moment().epoch));
    assert_eq!((lease.until, lease.term), (Duration::from_millis(1_500) + TERM, TERM));
    assert_eq!(scene.store.leases(Queue::Work).await.expect("a read"), [lease]);
    assert_eq!(scene.store.leases(Queue::Outbox).await.expect("a read"), []);
}

/// A lease is over at the end of its term, and not a moment before.
pub async fn a_lease_ends_with_its_term(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let lost = worker.take_one().await;
    worker.time.advance(TERM.saturating_sub(Duration::from_millis(1)));
    assert_eq!(worker.take_at(1, at(99_999)).await, [], "business time ends no lease");
    worker.time.advance(Duration::from_millis(1));
    let found = worker.take_one().await;
    assert_eq!(ids(&[found.clone()]), ids(&[lost.clone()]));
    assert_ne!(found.lease, lost.lease);
    assert_eq!((found.row.attempts, found.row.last_failure), (2, Some(Failure::Internal)));
}

/// Heartbeats keep a lease as long as it takes.
pub async fn a_heartbeat_prolongs_the_lease(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let job = worker.take_one().await;
    for _ in 0..5 {
        worker.time.advance(TERM / 10 * 9);
        worker.prolong(&job).await.expect("the job is ours");
        assert_eq!(worker.take(1).await, []);
    }
    scene.apply(ending(&job, JobEnd::Done)).await;
    let late = worker.prolong(&job).await.expect_err("the job has ended");
    assert_eq!(late.kind, StoreErrorKind::Conflict);
}

/// A worker whose job was taken over can neither prolong nor end it; the new one can.
pub async fn a_lost_lease_ends_nothing(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let lost = worker.take_one().await;
    worker.time.advance(TERM);
    let found = worker.take_one().await;
    assert_eq!(worker.prolong(&lost).await.map_err(|e| e.kind), Err(StoreErrorKind::Conflict));
    for end in [JobEnd::Done, retry(NOW), JobEnd::Dead { failure: Failure::Timeout }] {
        scene.conflicts(ending(&lost, end)).await;
    }
    assert_eq!(scene.job(found.row.order.id).await.as_ref(), Some(&found.row));
    scene.apply(ending(&found, JobEnd::Done)).await;
}

/// As long as nobody took the job over, a worker that was late has still done it.
pub async fn a_late_worker_ends_what_nobody_took(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let job = worker.take_one().await;
    worker.time.advance(TERM * 9);
    scene.apply(ending(&job, JobEnd::Done)).await;
    assert_eq!(worker.take(1).await, []);
}

/// After a restart, what the process before had is free at once where it was the only one.
pub async fn the_only_process_waits_for_nobody(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [before, after] = [1, 2].map(|seed| Worker::new(&scene.store, seed));
    let on_link = JobOrder { link: Some(scene.link.id), ..scene.make.job() };
    scene.enqueue(&[on_link]).await;
    let lost = before.take_one().await;
    assert_eq!(after.take(1).await, [], "it might live");
    let alone = Claim { others: Others::Over, ..after.claim(Queue::Work, 1, NOW) };
    let found = after.take_by(alone).await;
    assert_eq!(ids(&found), ids(&[lost.clone()]));
    scene.conflicts(ending(&lost, JobEnd::Done)).await;
}

/// Knowing that others are over frees none of the worker's own jobs.
pub async fn the_only_process_keeps_its_own(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    worker.take_one().await;
    let alone = Claim { others: Others::Over, ..worker.claim(Queue::Work, 1, NOW) };
    assert_eq!(worker.take_by(alone).await, []);
}

/// A claim that frees nothing takes what waits, and leaves leases that are over to the next one.
pub async fn a_claim_may_leave_leases_as_they_are(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let worker = Worker::new(&scene.store, 1);
    scene.enqueue_new(1).await;
    let lost = worker.take_one().await;
    worker.time.advance(TERM);
    let waiting = scene.enqueue_new(1).await;
    let claim = worker.claim(Queue::Work, 2, NOW);
    let none_freed = Claim { frees: false, others: Others::Over, ..claim };
    assert_eq!(ids(&worker.take_by(none_freed).await), waiting);
    assert_eq!(ids(&worker.take(2).await), ids(&[lost]));
}

/// Where there may be others, a lease is free once it was watched for its term and nothing stirred.
pub async fn others_are_watched_for_a_term(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let [lives, dies, after] = [1, 2, 3].map(|seed| Worker::new(&scene.store, seed));
    scene.enqueue_new(2).await;
    let beating = lives.take(1).await.remove(0);
    let silent = dies.take(1).await.remove(0);
    // The epochs' clocks have nothing to do with one another.
    after.time.advance(TERM * 1_000);
    let mut watch = LeaseWatch::default();
    let mut found = Vec::new();
    for _ in 0..=3 {
        let leases = scene.store.leases(Queue::Work).await.expect("a read");
        let others = Others::Watched(watch.over(&leases, after.time.moment()));
        let claim = Claim { others, ..after.claim(Queue::Work, 2, NOW) };
        found.push(ids(&after.take_by(claim).await));
        for worker in [&lives, &after] {
            worker.time.advance(TERM / 3);
        }
        lives.prolong(&beating).await.expect("the job is its own");
    }
    assert_eq!(found, [vec![], vec![], vec![], vec![silent.row.order.id]]);
}

/// Steps of a random run.
const STEPS: usize = 400;

/// Jobs of a random run, each with a continuation.
const JOBS: usize = 24;

/// Workers that take jobs, stall, die, come back as another process and end whatever they ever
/// held, also what is no longer theirs.
struct Run {
    scene: Scene,
    worker: Worker,
    epochs: u64,
    held: Vec<ClaimedJob>,
    ended: BTreeMap<JobId, usize>,
    random: SeededRandomness,
}

impl Run {
    fn pick(&self, below: usize) -> usize {
        let mut byte = [0];
        self.random.fill(&mut byte);
        usize::from(byte[0]) % below
    }

    async fn step(&mut self) {
        match self.pick(8) {
            0 => self.worker.time.advance(TERM / 2),
            1 => {
                self.epochs += 1;
                self.worker = Worker::new(&self.scene.store, self.epochs);
            }
            2..=4 => {
                let claim = self.worker.claim(Queue::Work, self.pick(4), NOW);
                let claim = Claim { others: Others::Over, ..claim };
                self.held.extend(self.worker.take_by(claim).await);
            }
            _ if self.held.is_empty() => {}
            _ => {
                let end = if self.pick(3) == 0 { retry(NOW) } else { JobEnd::Done };
                self.end(self.pick(self.held.len()), end).await;
            }
        }
    }

    async fn end(&mut self, place: usize, end: JobEnd) {
        let job = &self.held[place];
        let unit = self.scene.unit().with(ending(job, end));
        match self.scene.store.commit(unit).await {
            Ok(_) if end == JobEnd::Done => *self.ended.entry(job.row.order.id).or_default() += 1,
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind, StoreErrorKind::Conflict),
        }
    }
}

/// Whatever order workers take, lose and end jobs in, each job and each continuation ends once.
pub async fn every_job_ends_once_whatever_dies(backend: Backend) {
    let scene = Scene::new(&backend).await;
    let with_next = |_| {
        let next =
            Continuation { id: scene.make.id(), kind: scene.make.job().kind, arguments: None };
        JobOrder { continuation: Some(next), ..scene.make.job() }
    };
    let orders: Vec<JobOrder> = (0..JOBS).map(with_next).collect();
    scene.enqueue(&orders).await;
    let worker = Worker::new(&scene.store, 0);
    let (held, ended, random) = (Vec::new(), BTreeMap::new(), SeededRandomness::new(7));
    let mut run = Run { scene, worker, epochs: 0, held, ended, random };
    for _ in 0..STEPS {
        run.step().await;
    }
    // Everybody dies, and one is left who does what is left to do.
    run.worker = Worker::new(&run.scene.store, 9_999);
    loop {
        let claim = run.worker.claim(Queue::Work, JOBS, NOW);
        run.held = run.worker.take_by(Claim { others: Others::Over, ..claim }).await;
        if run.held.is_empty() {
            break;
        }
        for place in 0..run.held.len() {
            run.end(place, JobEnd::Done).await;
        }
    }
    assert_eq!(run.ended.len(), 2 * JOBS);
    assert!(run.ended.values().all(|count| *count == 1), "{:?}", run.ended);
    let tenant = run.scene.make.tenant;
    let done =
        run.scene.store.jobs(tenant, Queue::Work, Some(Standing::Done), None, MAX_PAGE).await;
    assert_eq!(done.expect("a read").rows.len(), 2 * JOBS);
}
