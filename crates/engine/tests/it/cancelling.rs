//! Cancelling readings and tasks, and what a withdrawn mandate takes along.

use std::time::Duration;

use cartola_engine::once::Reply;
use cartola_engine::readings::{CancelError, Cancelled};
use cartola_engine::work::Pending;
use cartola_model::{Failure, Scope};
use cartola_primitives::id::{JobId, TaskId};
use cartola_store::asking::SignInsRow;
use cartola_store::jobs::{Queue, Standing};
use cartola_store::{Asking, Consents, Jobs, People};

use crate::readings::{MARCH, Scene, follower, request_followed};
use crate::tasks::{self, begin, state};
use crate::world::World;
use crate::world::bank::{PASSWORD, institution};

/// What whoever waits for a reading is told that its tenant cancelled.
const TOLD: Failure = Failure::Timeout;

async fn cancel(scene: &Scene, job: JobId) -> Result<Cancelled, CancelError> {
    let World { engine, who, .. } = &scene.world;
    engine.cancel_reading(who, job, Reply::NONE).await
}

async fn cancel_task(scene: &Scene, task: TaskId) -> Result<Cancelled, CancelError> {
    let World { engine, who, .. } = &scene.world;
    engine.cancel_task(who, task, Reply::NONE).await
}

/// Runs what is due, and does something once the bank was asked for a page that it does not give.
async fn while_reading<T>(scene: &Scene, meanwhile: impl Future<Output = T>) -> T {
    scene.bank.is_slow();
    let meanwhile = async {
        scene.bank.reading.notified().await;
        meanwhile.await
    };
    let (ran, done) = tokio::join!(scene.world.worker.run_due(), meanwhile);
    ran.unwrap();
    scene.bank.goes_on();
    done
}

/// Fails where a session was left open or anything of what was read was kept.
async fn check_nothing_is_left(scene: &Scene) {
    scene.world.engine.connectors().settled().await;
    assert_eq!(scene.bank.open(), 0);
    assert_eq!(scene.world.told().await, Vec::<String>::new());
    let World { store, who, .. } = &scene.world;
    let jobs = store.jobs(who.tenant, Queue::Work, None, None, 9).await.unwrap().rows;
    assert!(jobs.iter().all(|job| job.order.arguments.is_none()));
}

async fn sign_ins(scene: &Scene) -> SignInsRow {
    let World { store, who, .. } = &scene.world;
    let link = store.links(who.tenant, None, 1).await.unwrap().rows.remove(0);
    let row = store.sign_ins(who.tenant, &institution(), link.person.unwrap()).await.unwrap();
    row.expect("an attempt was noted")
}

#[tokio::test]
async fn a_reading_that_waits_is_cancelled_without_asking() {
    let follower = follower(false);
    let scene = Scene::with(vec![follower.clone()]).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut pending = request_followed(&scene, link).await;
    assert_eq!(cancel(&scene, pending.job()).await.unwrap(), Cancelled::AtOnce);
    assert_eq!(scene.ended(&mut pending).await, Some(Err(TOLD)));
    assert_eq!(scene.world.worker.run_due().await.unwrap(), 1, "what follows");
    assert_eq!(follower.saw.lock().unwrap()[..], [(Some(Err(TOLD)), "what to do".to_owned())]);
    assert_eq!(scene.bank.asked(), 0);
    let standing = [(Standing::Cancelled, Some(TOLD)), (Standing::Done, None)];
    assert_eq!(scene.standing().await, standing);
    assert!(scene.world.audited().await.contains(&"reading.cancelled".to_owned()));
}

#[tokio::test]
async fn a_reading_under_way_is_let_go_of_at_once() {
    let follower = follower(false);
    let scene = Scene::with(vec![follower.clone()]).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut pending = request_followed(&scene, link).await;
    let cancelled = while_reading(&scene, cancel(&scene, pending.job())).await;
    assert_eq!(cancelled.unwrap(), Cancelled::Underway);
    assert_eq!(scene.ended(&mut pending).await, Some(Err(TOLD)));
    assert_eq!(follower.saw.lock().unwrap().len(), 1);
    let standing = [(Standing::Cancelled, Some(TOLD)), (Standing::Done, None)];
    assert_eq!(scene.standing().await, standing);
    check_nothing_is_left(&scene).await;
}

/// The bank had let them in, so it is no attempt of which nobody knows how it ended.
#[tokio::test]
async fn a_cancelled_reading_does_not_count_as_a_wrong_password() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let pending = scene.request(link, MARCH).await;
    while_reading(&scene, cancel(&scene, pending.job())).await.unwrap();
    check_nothing_is_left(&scene).await;
    while sign_ins(&scene).await.open > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(sign_ins(&scene).await.refused, 0);
}

/// Nobody waits for what the bank says, and it is written down all the same.
#[tokio::test]
async fn what_the_bank_says_of_credentials_is_not_lost_with_whoever_asked() {
    let scene = Scene::new().await;
    let link = scene.begin("not-it").await.unwrap();
    let pending = scene.request(link, MARCH).await;
    scene.bank.lets_nobody_know();
    tokio::select! {
        _ = scene.world.worker.run_due() => panic!("nobody was told"),
        () = scene.bank.knocked.notified() => {}
    }
    drop(pending);
    scene.bank.lets_everybody_know();
    for _ in 0..1_000 {
        tokio::task::yield_now().await;
    }
    let noted = sign_ins(&scene).await;
    assert_eq!((noted.refused, noted.open), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn another_process_hears_of_it_with_the_next_heartbeat() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut pending = scene.request(link, MARCH).await;
    let other = scene.world.another(7, cartola_crypto::jws::Algorithm::default()).await;
    let (who, job) = (&scene.world.who, pending.job());
    let cancelled = while_reading(&scene, other.cancel_reading(who, job, Reply::NONE)).await;
    assert_eq!(cancelled.unwrap(), Cancelled::Underway);
    assert_eq!(scene.ended(&mut pending).await, Some(Err(TOLD)));
    assert_eq!(scene.standing().await, [(Standing::Cancelled, Some(TOLD))]);
    check_nothing_is_left(&scene).await;
}

#[tokio::test]
async fn whoever_takes_over_ends_what_was_to_be_cancelled() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut pending = scene.request(link, MARCH).await;
    scene.bank.lets_nobody_know();
    tokio::select! {
        _ = scene.world.worker.run_due() => panic!("nobody was told"),
        () = scene.bank.knocked.notified() => {}
    }
    assert_eq!(cancel(&scene, pending.job()).await.unwrap(), Cancelled::Underway);
    scene.bank.lets_everybody_know();
    scene.world.lose_the_worker();
    scene.world.worker.run_due().await.unwrap();
    assert_eq!(scene.ended(&mut pending).await, Some(Err(TOLD)));
    assert_eq!(scene.bank.asked(), 1, "not by whoever took over");
}

#[tokio::test]
async fn who_waits_for_the_same_link_is_read_all_the_same() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut cancelled = scene.request(link, MARCH).await;
    let mut other = scene.request(link, MARCH).await;
    let meanwhile = async {
        cancel(&scene, cancelled.job()).await.unwrap();
        scene.bank.goes_on();
    };
    while_reading(&scene, meanwhile).await;
    assert_eq!(scene.ended(&mut cancelled).await, Some(Err(TOLD)));
    assert_eq!(scene.ended(&mut other).await, Some(Ok(())));
    assert_eq!(scene.world.told().await.len(), 2);
}

#[tokio::test]
async fn only_the_tenant_whose_it_is_cancels_and_only_what_has_not_ended() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let pending = scene.request(link, MARCH).await;
    let World { engine, worker, .. } = &scene.world;
    let keys = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(keys.api_key.expose()).await.unwrap().unwrap();
    let job = pending.job();
    let refused = engine.cancel_reading(&other, job, Reply::NONE).await;
    assert!(matches!(refused, Err(CancelError::Unknown)));
    worker.run_due().await.unwrap();
    assert!(matches!(cancel(&scene, job).await, Err(CancelError::Ended)));
    let unknown = cancel(&scene, engine.mint()).await;
    assert!(matches!(unknown, Err(CancelError::Unknown)));
    assert!(!scene.world.audited().await.contains(&"reading.cancelled".to_owned()));
}

/// Fails unless a task ended as cancelled, and the audit trail proves that its credentials are gone.
async fn check_task_is_over(scene: &Scene, task: TaskId) {
    assert_eq!(state(scene, task).await, TOLD.name());
    let audited = scene.world.audited().await;
    for action in ["task.cancelled", "credentials.destroyed"] {
        assert_eq!(audited.iter().filter(|found| *found == action).count(), 1, "{action}");
    }
    assert!(matches!(cancel_task(scene, task).await, Err(CancelError::Ended)));
    check_nothing_is_left(scene).await;
}

#[tokio::test]
async fn a_task_that_waits_ends_without_the_bank() {
    let scene = tasks::scene().await;
    let task = begin(&scene, PASSWORD, "tests/count").await;
    assert_eq!(cancel_task(&scene, task).await.unwrap(), Cancelled::AtOnce);
    scene.world.worker.run_due().await.unwrap();
    check_task_is_over(&scene, task).await;
    assert_eq!(scene.bank.asked(), 0);
}

#[tokio::test]
async fn a_task_under_way_ends_and_its_credentials_are_destroyed() {
    let scene = tasks::scene().await;
    let task = begin(&scene, PASSWORD, "tests/count").await;
    let cancelled = while_reading(&scene, cancel_task(&scene, task)).await;
    assert_eq!(cancelled.unwrap(), Cancelled::Underway);
    check_task_is_over(&scene, task).await;
}

#[tokio::test]
async fn a_task_of_somebody_else_is_not_cancelled() {
    let scene = tasks::scene().await;
    let task = begin(&scene, PASSWORD, "tests/count").await;
    let World { engine, .. } = &scene.world;
    let keys = engine.add_tenant("Otra", &Scope::ALL).await.unwrap();
    let other = engine.authenticate(keys.api_key.expose()).await.unwrap().unwrap();
    let refused = engine.cancel_task(&other, task, Reply::NONE).await;
    assert!(matches!(refused, Err(CancelError::Unknown)));
    assert_eq!(state(&scene, task).await, "pending");
}

/// Withdraws in one of the ways that there are, while one reading runs and another one waits.
async fn check_withdrawn(
    scene: &Scene,
    readings: [&mut Pending; 2],
    withdraw: impl Future<Output = ()>,
) {
    while_reading(scene, withdraw).await;
    for reading in readings {
        assert_eq!(scene.ended(reading).await, Some(Err(Failure::ConsentRevoked)));
    }
    let cancelled = (Standing::Cancelled, Some(Failure::ConsentRevoked));
    assert_eq!(scene.standing().await, [cancelled; 2]);
    assert_eq!(scene.bank.asked(), 1);
    check_nothing_is_left(scene).await;
}

#[tokio::test]
async fn a_consent_that_is_withdrawn_takes_its_readings_along() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut readings = [scene.request(link, MARCH).await, scene.request(link, MARCH).await];
    let World { engine, who, store, .. } = &scene.world;
    let mandate = store.consents(who.tenant, None, None, 1).await.unwrap().rows.remove(0);
    let withdraw = async {
        engine.revoke_consent(who, mandate.id, Reply::NONE).await.unwrap();
    };
    check_withdrawn(&scene, readings.each_mut(), withdraw).await;
}

/// How soon a revoked consent ends what runs, wherever it runs.
const REVOKED_WITHIN: Duration = Duration::from_secs(5);

/// Another process revokes: what is queued is not begun, what runs is let go of in time, and nothing of
/// either is taken in. The clock of the runtime stands still but for those who wait.
#[tokio::test(start_paused = true)]
#[allow(clippy::disallowed_methods, reason = "how long it takes is monotonic time")]
async fn a_consent_that_another_process_revokes_ends_everything_within_seconds() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut readings = [scene.request(link, MARCH).await, scene.request(link, MARCH).await];
    let other = scene.world.another(7, cartola_crypto::jws::Algorithm::default()).await;
    let World { who, store, .. } = &scene.world;
    let mandate = store.consents(who.tenant, None, None, 1).await.unwrap().rows.remove(0);
    let revoked = async {
        other.revoke_consent(who, mandate.id, Reply::NONE).await.unwrap();
        tokio::time::Instant::now()
    };
    let revoked = while_reading(&scene, revoked).await;
    let took = revoked.elapsed();
    assert!(took <= REVOKED_WITHIN, "{took:?}");
    for reading in &mut readings {
        assert_eq!(scene.ended(reading).await, Some(Err(Failure::ConsentRevoked)));
    }
    assert_eq!(scene.bank.asked(), 1, "what waited asks nobody");
    check_nothing_is_left(&scene).await;
    assert!(store.link_secret(who.tenant, link).await.unwrap().is_none());
    assert_eq!(scene.world.worker.run_due().await.unwrap(), 0, "nothing is left to be done");
}

/// The bank answers before the heartbeat: what it told is not kept, and the reading was cancelled all the
/// same.
#[tokio::test]
async fn a_reading_that_finds_its_consent_revoked_was_cancelled_with_it() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut reading = scene.request(link, MARCH).await;
    let other = scene.world.another(7, cartola_crypto::jws::Algorithm::default()).await;
    let World { who, store, .. } = &scene.world;
    let mandate = store.consents(who.tenant, None, None, 1).await.unwrap().rows.remove(0);
    let revoked = async {
        other.revoke_consent(who, mandate.id, Reply::NONE).await.unwrap();
        scene.bank.goes_on();
    };
    while_reading(&scene, revoked).await;
    assert_eq!(scene.ended(&mut reading).await, Some(Err(Failure::ConsentRevoked)));
    assert_eq!(scene.standing().await, [(Standing::Cancelled, Some(Failure::ConsentRevoked))]);
}

#[tokio::test]
async fn a_link_that_is_ended_takes_its_readings_along() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut readings = [scene.request(link, MARCH).await, scene.request(link, MARCH).await];
    let World { engine, who, .. } = &scene.world;
    let withdraw = async {
        engine.end_link(who, link).await.unwrap();
    };
    check_withdrawn(&scene, readings.each_mut(), withdraw).await;
}

/// Whoever gave the answer has stopped waiting for the bank.
#[tokio::test]
async fn a_call_that_is_answered_asks_no_longer() {
    let scene = Scene::new().await;
    let mut call = scene.call(PASSWORD).await.unwrap();
    let mut other = scene.call(PASSWORD).await.unwrap();
    let World { engine, who, .. } = &scene.world;
    let meanwhile = async {
        engine.end_call(who, call.mandate).await.unwrap();
        scene.bank.goes_on();
    };
    while_reading(&scene, meanwhile).await;
    let ended = scene.ended(&mut call.reading).await;
    assert_eq!(ended, Some(Err(Failure::ConsentRevoked)));
    assert_eq!(scene.ended(&mut other.reading).await, Some(Ok(())), "its mandate is its own");
}
