//! Several who come with the same credentials at once: one asks, and the others wait for what it is told.

use std::time::Duration;

use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_engine::once::Reply;
use cartola_engine::readings::{AGAIN_AFTER, CALL_MANDATE_TERM, ReadScope, THRESHOLD, Wanted};
use cartola_engine::work::Pending;
use cartola_model::Failure;
use cartola_store::Jobs;
use cartola_store::jobs::Standing;

use crate::readings::{MARCH, Scene};
use crate::world::World;
use crate::world::bank::PASSWORD;

/// Lets others go as far as they can.
async fn yield_often() {
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
}

/// Begins so many calls with one password and a reading of a link that keeps it, before the bank tells
/// any of them what became of it. Calls run one after another, and the link's reading beside them.
async fn at_once(scene: &Scene, password: &str, calls: u32) -> Vec<Pending> {
    let link = scene.begin(password).await.unwrap();
    let mut pending = vec![scene.request(link, MARCH).await];
    for _ in 0..calls {
        pending.push(scene.call(password).await.unwrap().reading);
    }
    scene.bank.lets_nobody_know();
    let until_asked = async {
        scene.bank.knocked.notified().await;
        // The others are at the door by then, or will be.
        yield_often().await;
        assert_eq!(scene.bank.asked(), 1, "one asks for all");
        scene.bank.lets_everybody_know();
    };
    let (ran, ()) = tokio::join!(scene.world.worker.run_due(), until_asked);
    ran.unwrap();
    pending
}

#[tokio::test]
async fn many_calls_at_once_with_the_right_password_lock_nobody() {
    let scene = Scene::new().await;
    for mut pending in at_once(&scene, PASSWORD, 2 * THRESHOLD).await {
        assert_eq!(scene.ended(&mut pending).await, Some(Ok(())));
    }
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
}

#[tokio::test]
async fn many_calls_at_once_with_a_wrong_password_are_one_mistake() {
    let scene = Scene::new().await;
    for mut pending in at_once(&scene, "wrong-one", 2 * THRESHOLD).await {
        assert_eq!(scene.ended(&mut pending).await, Some(Err(Failure::CredentialsInvalid)));
    }
    assert_eq!(scene.bank.asked(), 1);
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
}

/// What becomes of a call while the reading of a link hangs that has the same password.
async fn beside_one_that_hangs(wanted: fn(ReadScope) -> Wanted) -> Standing {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let mut hangs = scene.request(link, MARCH).await;
    let call = scene.call_for(PASSWORD, CALL_MANDATE_TERM, |_| wanted(MARCH)).await.unwrap();
    scene.bank.lets_nobody_know();
    let time_passes = async {
        scene.bank.knocked.notified().await;
        yield_often().await;
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(31)).await;
        tokio::time::resume();
        let World { engine, who, store, .. } = &scene.world;
        let standing = loop {
            let job = store.job(who.tenant, call.reading.job()).await.unwrap().unwrap();
            if job.last_failure.is_some() {
                assert_eq!(job.last_failure, Some(Failure::Timeout));
                break job.state.standing();
            }
            yield_often().await;
        };
        assert!(engine.wait_for(&mut hangs, Duration::ZERO).await.unwrap().is_none());
        scene.bank.lets_everybody_know();
        standing
    };
    let (ran, standing) = tokio::join!(scene.world.worker.run_due(), time_passes);
    ran.unwrap();
    assert_eq!((scene.bank.asked(), scene.ended(&mut hangs).await), (1, Some(Ok(()))));
    standing
}

#[tokio::test]
async fn whoever_waits_too_long_for_another_with_the_same_credentials_is_told() {
    assert_eq!(beside_one_that_hangs(Wanted::at_once).await, Standing::Dead);
}

#[tokio::test]
async fn whoever_is_told_later_comes_again_after_waiting_too_long_for_another() {
    assert_eq!(beside_one_that_hangs(Wanted::told_later).await, Standing::Queued);
}

/// What became of the first attempt is known, so that the second takes turns as a first one does.
#[tokio::test]
async fn what_comes_again_takes_turns_with_others() {
    let scene = Scene::new().await;
    let link = scene.begin("wrong-one").await.unwrap();
    scene.bank.refuses(Some((ErrorKind::InstitutionDown, RetryAdvice::After(Duration::ZERO))));
    let World { engine, who, worker, .. } = &scene.world;
    let mut again = engine.request_reading(who, link, Wanted::told_later(MARCH)).await.unwrap();
    worker.run_due().await.unwrap();
    scene.bank.refuses(None);
    scene.world.clock.advance(2 * AGAIN_AFTER);
    let mut beside = scene.call("wrong-one").await.unwrap().reading;
    scene.bank.lets_nobody_know();
    let until_asked = async {
        scene.bank.knocked.notified().await;
        yield_often().await;
        scene.bank.lets_everybody_know();
    };
    let (ran, ()) = tokio::join!(worker.run_due(), until_asked);
    ran.unwrap();
    for pending in [&mut again, &mut beside] {
        assert_eq!(scene.ended(pending).await, Some(Err(Failure::CredentialsInvalid)));
    }
    assert_eq!(scene.bank.asked(), 2, "the bank was down for one, and one asked for both");
}

/// Callers that lose patience leave a question behind, not a wrong password.
#[tokio::test]
async fn calls_that_are_given_up_at_a_slow_bank_lock_nobody() {
    let scene = Scene::new().await;
    scene.bank.lets_nobody_know();
    for _ in 0..2 * THRESHOLD {
        let accepted = scene.call(PASSWORD).await.unwrap();
        let given_up = async {
            yield_often().await;
            let World { engine, who, .. } = &scene.world;
            engine.cancel_reading(who, accepted.reading.job(), Reply::NONE).await.unwrap();
        };
        let (ran, ()) = tokio::join!(scene.world.worker.run_due(), given_up);
        ran.unwrap();
    }
    assert_eq!(scene.bank.asked(), 1);
    scene.bank.lets_everybody_know();
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
}
