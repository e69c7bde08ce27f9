//! How much a worker takes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use cartola_engine::work::{
    FIRST_RUNNING, Handler, Limits, Outcome, TWICE_AFTER, Task, Worker, WorkerParts,
};
use cartola_engine::{Engine, EngineError};
use cartola_store::jobs::{JobKind, JobOrder, Priority, Queue};
use cartola_store::{Command, Committer, UnitOfWork};

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
