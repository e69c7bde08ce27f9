//! How much a worker takes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cartola_engine::work::{
    FIRST_RUNNING, HEARTBEAT_EVERY, Handler, JobEnd, Limits, MAX_ATTEMPTS, Outcome, TWICE_AFTER,
    Task, Worker, WorkerParts,
};
use cartola_engine::{Engine, EngineError};
use cartola_primitives::SignedDuration;
use cartola_store::jobs::{JobKind, JobOrder, JobState, Priority, Queue, Standing};
use cartola_store::{Command, Committer, Jobs, UnitOfWork};

use crate::world::World;

/// Counts who has come, and lets nobody go.
#[derive(Default)]
struct Crowd {
    come: AtomicUsize,
}

fn kind() -> JobKind {
    JobKind::parse("test.crowd").unwrap()
}

#[async_trait]
impl Handler for Crowd {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, _engine: &Engine, _task: &Task) -> Result<Outcome, EngineError> {
        self.come.fetch_add(1, Ordering::Relaxed);
        std::future::pending().await
    }
}

async fn queue(world: &World, count: usize) {
    for _ in 0..count {
        let order = JobOrder {
            id: world.engine.mint(),
            queue: Queue::Work,
            kind: kind(),
            link: None,
            lane: None,
            mandate: None,
            arguments: None,
            not_before: world.engine.now(),
            priority: Priority::Normal,
            continuation: None,
        };
        let work = UnitOfWork::new(world.who.tenant, world.engine.now());
        world.store.commit(work.with(Command::EnqueueJob(order))).await.unwrap();
    }
}

/// What kills its process again and again takes few others along.
#[tokio::test(start_paused = true)]
async fn a_process_that_has_just_begun_takes_few_jobs() {
    let crowd = Arc::new(Crowd::default());
    let world = World::new().await;
    let worker = Worker::new(WorkerParts {
        engine: world.engine.clone(),
        handlers: vec![crowd.clone()],
        monotonic: world.monotonic.clone(),
        alone: true,
        at_once: 5 * FIRST_RUNNING,
        limits: Limits::NONE,
    });
    queue(&world, 5 * FIRST_RUNNING).await;
    let look = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        for times in [1, 2, 4, 5] {
            assert_eq!(crowd.come.load(Ordering::Relaxed), times * FIRST_RUNNING);
            tokio::time::sleep(TWICE_AFTER).await;
        }
    };
    tokio::select! {
        () = worker.run(std::future::pending()) => unreachable!("nobody stops it"),
        () = look => {}
    }
}

/// Does what it is given, however often it was begun.
struct Newer;

#[async_trait]
impl Handler for Newer {
    fn kind(&self) -> JobKind {
        kind()
    }

    fn gives_up(&self) -> bool {
        false
    }

    async fn handle(&self, _engine: &Engine, _task: &Task) -> Result<Outcome, EngineError> {
        Ok(Outcome::End(Vec::new(), JobEnd::Done))
    }
}

/// Versions run beside each other: what the older one does not know, it leaves to the newer one, however
/// often it comes upon it; what no version knows for days is given up.
#[tokio::test]
async fn a_job_that_only_a_newer_version_knows_is_left_for_it() {
    let world = World::new().await;
    queue(&world, 2).await;
    let state = async |standing| {
        let (tenant, store) = (world.who.tenant, &world.store);
        let page = store.jobs(tenant, Queue::Work, Some(standing), None, 10).await;
        page.unwrap().rows.len()
    };
    for _ in 0..3 * MAX_ATTEMPTS {
        world.worker.run_due().await.unwrap();
        world.clock.advance(SignedDuration::from_mins(6));
    }
    assert_eq!((state(Standing::Queued).await, state(Standing::Dead).await), (2, 0));
    let newer = Worker::new(WorkerParts {
        engine: world.engine.clone(),
        handlers: vec![Arc::new(Newer)],
        monotonic: world.monotonic.clone(),
        alone: true,
        at_once: 1,
        limits: Limits::NONE,
    });
    newer.run_due().await.unwrap();
    assert_eq!(state(Standing::Done).await, 2);
    queue(&world, 1).await;
    for _ in 0..MAX_ATTEMPTS {
        world.worker.run_due().await.unwrap();
        world.clock.advance(SignedDuration::from_hours(24));
    }
    assert_eq!(state(Standing::Dead).await, 1);
}

/// Ends its job long before it is done with what follows that.
struct Thorough {
    world: Arc<World>,
    is_done: AtomicBool,
}

#[async_trait]
impl Handler for Thorough {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let work = UnitOfWork::new(task.tenant, engine.now()).with(task.ending(JobEnd::Done));
        self.world.store.commit(work).await.unwrap();
        tokio::time::sleep(3 * HEARTBEAT_EVERY).await;
        self.is_done.store(true, Ordering::Relaxed);
        Ok(Outcome::Committed(JobEnd::Done))
    }
}

/// The only worker of the store, which runs one job at a time.
fn lone_worker(world: &World, handler: Arc<dyn Handler>) -> Worker {
    Worker::new(WorkerParts {
        engine: world.engine.clone(),
        handlers: vec![handler],
        monotonic: world.monotonic.clone(),
        alone: true,
        at_once: 1,
        limits: Limits::NONE,
    })
}

/// A heartbeat finds that the job runs no more: its own handler has ended it, and is let finish.
#[tokio::test(start_paused = true)]
async fn whoever_has_ended_its_job_does_what_follows() {
    let world = Arc::new(World::new().await);
    let thorough = Arc::new(Thorough { world: world.clone(), is_done: AtomicBool::new(false) });
    let worker = lone_worker(&world, thorough.clone());
    queue(&world, 1).await;
    assert_eq!(worker.run_due().await.unwrap(), 1);
    assert!(thorough.is_done.load(Ordering::Relaxed));
}

/// Has its job taken away, as where its lease ran out, and goes on.
struct Robbed {
    world: Arc<World>,
    is_done: AtomicBool,
}

#[async_trait]
impl Handler for Robbed {
    fn kind(&self) -> JobKind {
        kind()
    }

    async fn handle(&self, _engine: &Engine, task: &Task) -> Result<Outcome, EngineError> {
        let id = task.row.order.id;
        self.world.store.tamper(task.tenant, |rows| {
            rows.jobs.get_mut(&id).unwrap().state = JobState::Queued;
        });
        tokio::time::sleep(3 * HEARTBEAT_EVERY).await;
        self.is_done.store(true, Ordering::Relaxed);
        Ok(Outcome::End(Vec::new(), JobEnd::Done))
    }
}

/// A job that waits again is anybody's: whoever ran it stops.
#[tokio::test(start_paused = true)]
async fn whoever_has_lost_its_job_stops() {
    let world = Arc::new(World::new().await);
    let robbed = Arc::new(Robbed { world: world.clone(), is_done: AtomicBool::new(false) });
    let worker = lone_worker(&world, robbed.clone());
    queue(&world, 1).await;
    tokio::select! {
        ran = worker.run_due() => drop(ran),
        () = tokio::time::sleep(5 * HEARTBEAT_EVERY) => {}
    }
    assert!(!robbed.is_done.load(Ordering::Relaxed));
}
