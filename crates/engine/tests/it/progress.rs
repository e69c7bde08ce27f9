//! How far readings are, for those who wait for them.

use std::time::Duration;

use cartola_crypto::jws::Algorithm;
use cartola_engine::Engine;
use cartola_engine::once::Reply;
use cartola_engine::readings::{Progress, ReadScope, ReadingProgress, ReadingState, Step};
use cartola_engine::work::Pending;
use cartola_model::{Failure, Scope};
use cartola_primitives::id::JobId;

use crate::readings::{MARCH, Scene};
use crate::world::World;
use crate::world::bank::PASSWORD;

/// Longer than any test waits for what comes at once.
const LONG: Duration = Duration::from_mins(10);

/// How long what happens in one process may take to be told in another one, twice.
const SECONDS: Duration = Duration::from_secs(6);

const WAITING: ReadingProgress = ReadingProgress { state: ReadingState::Waiting, progress: None };

const fn at(step: Step, accounts_done: u32, movements: u64) -> ReadingProgress {
    let progress = Progress { step, accounts_done, accounts: 1, movements };
    ReadingProgress { state: ReadingState::Running, progress: Some(progress) }
}

/// A bank that gives out five movements, two on a page, and one page at a time.
async fn slow() -> (Scene, Pending) {
    let scene = Scene::new().await;
    scene.bank.has(&["1;A;-1", "2;B;-1", "3;C;-1", "4;D;-1", "5;E;-1"]);
    scene.bank.is_slow();
    let link = scene.begin(PASSWORD).await.unwrap();
    let reading = scene.request(link, MARCH).await;
    (scene, reading)
}

async fn progress(scene: &Scene, job: JobId) -> ReadingProgress {
    let World { engine, who, .. } = &scene.world;
    engine.reading_progress(who, job).await.unwrap().expect("it is there")
}

async fn next(
    engine: &Engine,
    scene: &Scene,
    job: JobId,
    seen: ReadingProgress,
) -> ReadingProgress {
    let next = engine.next_progress(&scene.world.who, job, Some(&seen), LONG).await;
    next.unwrap().expect("it is there")
}

/// Runs what is due while somebody looks.
async fn while_running(scene: &Scene, look: impl Future<Output = ()>) {
    let (ran, ()) = tokio::join!(scene.world.worker.run_due(), look);
    ran.unwrap();
}

#[tokio::test]
async fn each_page_is_told_in_the_same_process() {
    let (scene, reading) = slow().await;
    let (engine, job) = (&scene.world.engine, reading.job());
    assert_eq!(progress(&scene, job).await, WAITING);
    while_running(&scene, async {
        scene.bank.reading.notified().await;
        let mut seen = progress(&scene, job).await;
        assert_eq!(seen, at(Step::Movements, 0, 0));
        for movements in [2, 4] {
            scene.bank.gives_a_page();
            seen = next(engine, &scene, job, seen).await;
            assert_eq!(seen, at(Step::Movements, 0, movements));
        }
        scene.bank.goes_on();
        while !seen.state.has_ended() {
            seen = next(engine, &scene, job, seen).await;
        }
        assert_eq!(seen.state, ReadingState::Done);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn another_process_is_told_within_seconds() {
    let (scene, reading) = slow().await;
    let other = scene.world.another(7, Algorithm::default()).await;
    while_running(&scene, async {
        let mut seen = WAITING;
        let told = async {
            for (pages, expected) in
                [(0, at(Step::Movements, 0, 0)), (1, at(Step::Movements, 0, 2))]
            {
                for _ in 0..pages {
                    scene.bank.gives_a_page();
                }
                while seen != expected {
                    seen = next(&other, &scene, reading.job(), seen).await;
                }
            }
        };
        tokio::time::timeout(SECONDS, told).await.expect("it is told in time");
        scene.bank.goes_on();
        while !seen.state.has_ended() {
            seen = next(&other, &scene, reading.job(), seen).await;
        }
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_nothing_new_is_told_so_in_time() {
    let (scene, reading) = slow().await;
    let World { engine, who, .. } = &scene.world;
    let next = engine.next_progress(who, reading.job(), Some(&WAITING), Duration::from_secs(3));
    assert_eq!(next.await.unwrap(), Some(WAITING));
}

#[tokio::test]
async fn how_it_ended_is_told_too() {
    let scene = Scene::new().await;
    let link = scene.begin("wrong-one").await.unwrap();
    let World { engine, who, worker, .. } = &scene.world;
    let cancelled = scene.request(link, ReadScope::BALANCES).await.job();
    engine.cancel_reading(who, cancelled, Reply::NONE).await.unwrap();
    let failed = scene.request(link, MARCH).await.job();
    worker.run_due().await.unwrap();
    for (job, state) in [
        (cancelled, ReadingState::Cancelled(Failure::Timeout)),
        (failed, ReadingState::Failed(Failure::CredentialsInvalid)),
    ] {
        assert_eq!(progress(&scene, job).await.state, state);
        let ended = engine.next_progress(who, job, None, LONG);
        assert_eq!(ended.await.unwrap().map(|now| now.state), Some(state));
    }
}

#[tokio::test]
async fn nobody_else_is_told() {
    let (scene, reading) = slow().await;
    let World { engine, .. } = &scene.world;
    let keys = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(keys.api_key.expose()).await.unwrap().unwrap();
    assert_eq!(engine.reading_progress(&other, reading.job()).await.unwrap(), None);
    let (engine, job) = (engine.clone(), reading.job());
    // As a server waits: on another thread.
    let next = tokio::spawn(async move { engine.next_progress(&other, job, None, LONG).await });
    assert_eq!(next.await.unwrap().unwrap(), None);
}
