//! Institutions that say for how long they are not to be asked: they are not, through whatever link.

use std::time::Duration;

use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_model::Failure;
use cartola_primitives::SignedDuration;
use cartola_store::jobs::Priority;

use crate::readings::Scene;
use crate::tasks;
use crate::world::bank::PASSWORD;

/// What a bank says.
const TEN_MINUTES: RetryAdvice = RetryAdvice::After(Duration::from_mins(10));

/// What whoever is refused before the bank is asked is told.
fn told_of(kind: ErrorKind) -> Failure {
    match kind {
        ErrorKind::CredentialsLocked => Failure::CredentialsLocked,
        _ => Failure::RateLimited,
    }
}

/// Asks once in vain, again at once, and again when the time is over.
async fn check(kind: ErrorKind, inside: bool) {
    let scene = Scene::new().await;
    let says = |refusal| {
        if inside { scene.bank.breaks_off(refusal) } else { scene.bank.refuses(refusal) }
    };
    says(Some((kind, TEN_MINUTES)));
    assert_eq!(scene.called(PASSWORD).await, Err(kind.failure()));
    says(None);
    for minutes in [0, 9] {
        scene.world.clock.advance(SignedDuration::from_mins(minutes));
        assert_eq!(scene.called(PASSWORD).await, Err(told_of(kind)), "{kind:?} inside: {inside}");
    }
    assert_eq!(scene.bank.asked(), 1);
    scene.world.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(scene.called(PASSWORD).await, Ok(()));
    assert_eq!(scene.bank.asked(), 2);
}

#[tokio::test]
async fn a_bank_that_names_a_time_is_asked_by_no_call_before() {
    for inside in [false, true] {
        for kind in
            [ErrorKind::RateLimited, ErrorKind::InstitutionDown, ErrorKind::CredentialsLocked]
        {
            check(kind, inside).await;
        }
    }
}

#[tokio::test]
async fn a_bank_that_is_down_and_names_no_time_is_asked_again_at_once() {
    let scene = Scene::new().await;
    scene.bank.refuses(Some((ErrorKind::InstitutionDown, RetryAdvice::After(Duration::ZERO))));
    for asked in 1..=2 {
        assert_eq!(scene.called(PASSWORD).await, Err(Failure::InstitutionDown));
        assert_eq!(scene.bank.asked(), asked);
    }
}

#[tokio::test]
async fn what_a_call_was_told_keeps_a_link_of_the_same_person_away_too() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.refuses(Some((ErrorKind::RateLimited, TEN_MINUTES)));
    assert_eq!(scene.called(PASSWORD).await, Err(Failure::RateLimited));
    let read = scene.world.read(link, Priority::Interactive).await;
    assert_eq!(read, Err(Failure::RateLimited));
    assert_eq!(scene.bank.asked(), 1);
}

#[tokio::test]
async fn a_task_ends_without_the_bank_meanwhile() {
    let scene = tasks::scene().await;
    scene.bank.refuses(Some((ErrorKind::RateLimited, TEN_MINUTES)));
    assert_eq!(scene.called(PASSWORD).await, Err(Failure::RateLimited));
    let id = tasks::begin(&scene, PASSWORD, "tests/count").await;
    assert_eq!(tasks::state(&scene, id).await, "rate_limited");
    assert_eq!(scene.bank.asked(), 1);
}
