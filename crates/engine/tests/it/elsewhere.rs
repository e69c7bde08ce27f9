//! Readings of institutions that a process does not ask: its configuration lacks them.

use std::sync::Arc;

use cartola_crypto::jws::Algorithm;
use cartola_engine::readings::Wanted;
use cartola_engine::tasks::TaskEnds;
use cartola_engine::work::{Worker, WorkerParts};
use cartola_model::Failure;
use cartola_primitives::SignedDuration;
use cartola_store::jobs::Standing;

use crate::readings::{MARCH, Scene};
use crate::tasks;
use crate::world::bank::PASSWORD;
use crate::world::{AT_ONCE, LIMITS};

/// A worker of another process, which asks nobody.
async fn ignorant(scene: &Scene, is_alone: bool) -> Worker {
    let world = &scene.world;
    Worker::new(WorkerParts {
        engine: world.another(7, Algorithm::default()).await,
        handlers: vec![Arc::new(TaskEnds::new(Arc::new(tasks::Count)))],
        monotonic: world.monotonic.clone(),
        alone: is_alone,
        at_once: AT_ONCE,
        limits: LIMITS,
    })
}

/// Lets it work until nothing has been left to others for a while; how long that took, in seconds.
async fn work_alone(scene: &Scene, worker: &Worker, limit: i64) -> i64 {
    for seconds in 0..limit {
        worker.run_due().await.unwrap();
        let standing = scene.standing().await;
        if standing.iter().all(|(standing, _)| *standing != Standing::Queued) {
            return seconds;
        }
        scene.world.clock.advance(SignedDuration::from_secs(1));
    }
    panic!("it never ends: {:?}", scene.standing().await);
}

#[tokio::test]
async fn it_is_left_to_a_process_that_asks() {
    let scene = tasks::scene().await;
    let id = tasks::begin(&scene, PASSWORD, "tests/count").await;
    let ignorant = ignorant(&scene, false).await;
    ignorant.run_due().await.unwrap();
    assert_eq!(tasks::state(&scene, id).await, "pending");
    // The pause, and its jitter.
    scene.world.clock.advance(SignedDuration::from_secs(2));
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(tasks::state(&scene, id).await, "count: 1");
}

#[tokio::test]
async fn where_nobody_asks_whoever_waits_is_told_in_time_that_it_is_our_fault() {
    let scene = tasks::scene().await;
    let id = tasks::begin(&scene, PASSWORD, "tests/count").await;
    let ignorant = ignorant(&scene, false).await;
    let seconds = work_alone(&scene, &ignorant, 55).await;
    assert!(seconds > 20, "others had {seconds} seconds");
    assert_eq!(tasks::state(&scene, id).await, "internal");
    assert_eq!(scene.bank.asked(), 0);
}

#[tokio::test]
async fn what_nobody_waits_for_is_left_to_others_for_minutes() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let wanted = Wanted::in_bulk(MARCH);
    let asked = scene.world.engine.request_reading(&scene.world.who, link, wanted).await;
    drop(asked.unwrap());
    let ignorant = ignorant(&scene, false).await;
    let seconds = work_alone(&scene, &ignorant, 600).await;
    assert!(seconds > 300, "others had {seconds} seconds");
    assert_eq!(scene.standing().await, [(Standing::Dead, Some(Failure::Internal))]);
}

#[tokio::test]
async fn who_is_alone_waits_for_nobody() {
    let scene = Scene::new().await;
    drop(scene.call(PASSWORD).await.unwrap());
    let ignorant = ignorant(&scene, true).await;
    assert_eq!(work_alone(&scene, &ignorant, 1).await, 0);
    assert_eq!(scene.standing().await, [(Standing::Dead, Some(Failure::Internal))]);
}
