//! What an institution says unasked.

use cartola_connector::{ErrorKind, RetryAdvice};
use cartola_engine::readings::{AGAIN_AFTER_FAILURE, Heard, HeardError, MAX_BACK_DAYS, ReadScope};
use cartola_model::Principal;
use cartola_primitives::id::LinkId;
use cartola_primitives::{Date, SignedDuration, date};

use crate::readings::Scene;
use crate::world::World;
use crate::world::bank::PASSWORD;

/// A day before which the bank has nothing new: the clock shows 10 April.
const FROM: Date = date(2026, 4, 9);

impl Scene {
    async fn hear(&self, link: LinkId, mark: &str) -> Result<(), HeardError> {
        let heard = Heard { link, mark, from: FROM };
        self.world.engine.hear(self.world.who.tenant, &heard).await
    }

    async fn work(&self) {
        self.world.worker.run_due().await.unwrap();
    }

    fn pass(&self, duration: SignedDuration) {
        self.world.clock.advance(duration);
    }
}

const SECOND: SignedDuration = SignedDuration::from_secs(1);

#[tokio::test]
async fn a_word_has_the_link_read_once_however_many_come() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    for mark in ["one", "two", "three"] {
        scene.hear(link, mark).await.unwrap();
    }
    // The first reading takes its time, and those that wait for it have nothing more to ask.
    scene.bank.is_slow();
    let going_on = async {
        scene.bank.reading.notified().await;
        scene.pass(SECOND);
        scene.bank.goes_on();
    };
    let (ran, ()) = tokio::join!(scene.world.worker.run_due(), going_on);
    ran.unwrap();
    scene.work().await;
    assert_eq!(scene.bank.asked(), 1);
    // What comes after the reading is news again, and what it read is there.
    scene.pass(SECOND);
    scene.hear(link, "four").await.unwrap();
    scene.work().await;
    assert_eq!(scene.bank.asked(), 2);
}

#[tokio::test]
async fn the_same_word_again_is_a_replay_and_leads_to_nothing() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.hear(link, "one").await.unwrap();
    scene.work().await;
    scene.pass(SECOND);
    assert!(matches!(scene.hear(link, "one").await, Err(HeardError::Replayed)));
    scene.work().await;
    assert_eq!(scene.bank.asked(), 1);
}

#[tokio::test]
async fn two_of_the_same_at_once_count_once() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let (first, second) = tokio::join!(scene.hear(link, "one"), scene.hear(link, "one"));
    assert!(first.is_ok() != second.is_ok(), "both counted, or none");
    scene.work().await;
    assert_eq!(scene.bank.asked(), 1);
}

/// A reading that was under way may have passed what the word is about.
#[tokio::test]
async fn a_reading_that_began_before_the_word_is_not_enough() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.is_slow();
    let mut pending = scene.request(link, crate::readings::MARCH).await;
    let World { worker, engine, .. } = &scene.world;
    let under_way = async {
        scene.bank.reading.notified().await;
        scene.pass(SECOND);
        scene.hear(link, "one").await.unwrap();
        scene.bank.goes_on();
    };
    let (ran, ()) = tokio::join!(worker.run_due(), under_way);
    ran.unwrap();
    scene.work().await;
    let ended = engine.wait_for(&mut pending, std::time::Duration::ZERO).await.unwrap();
    assert!(ended.is_some(), "the first reading ended");
    assert_eq!(scene.bank.asked(), 2);
}

#[tokio::test]
async fn a_bank_that_fails_is_asked_again_later() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.bank.refuses(Some((ErrorKind::InstitutionDown, RetryAdvice::Never)));
    scene.hear(link, "one").await.unwrap();
    scene.work().await;
    let asked = scene.bank.asked();
    scene.bank.refuses(None);
    scene.work().await;
    assert_eq!(scene.bank.asked(), asked, "it is left alone for a while");
    scene.pass(AGAIN_AFTER_FAILURE + SECOND);
    scene.work().await;
    assert_eq!(scene.bank.asked(), asked + 1);
    let last = scene.world.engine.last_reading(&scene.world.who, link).await.unwrap().unwrap();
    assert!(last.outcome.is_ok());
}

#[tokio::test]
async fn wrong_credentials_are_not_tried_again_for_a_word() {
    let scene = Scene::new().await;
    let link = scene.begin("wrong-one").await.unwrap();
    for mark in ["one", "two"] {
        scene.hear(link, mark).await.unwrap();
        scene.work().await;
        scene.pass(AGAIN_AFTER_FAILURE + SECOND);
        scene.work().await;
    }
    assert_eq!(scene.bank.asked(), 1);
}

#[tokio::test]
async fn what_is_older_than_a_month_is_no_news() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let heard = Heard { link, mark: "one", from: date(2020, 1, 1) };
    scene.world.engine.hear(scene.world.who.tenant, &heard).await.unwrap();
    scene.work().await;
    let last = scene.world.engine.last_reading(&scene.world.who, link).await.unwrap().unwrap();
    let back =
        date(2026, 4, 10).checked_sub(SignedDuration::from_hours(24 * MAX_BACK_DAYS)).unwrap();
    assert_eq!(last.scope, ReadScope::movements(back, date(2026, 4, 10)));
    assert_eq!(scene.bank.asked(), 1, "it is content with that");
}

#[tokio::test]
async fn a_link_that_has_ended_hears_nothing() {
    let scene = Scene::new().await;
    let link = scene.begin(PASSWORD).await.unwrap();
    let World { engine, who, .. } = &scene.world;
    let seen = engine.checked_by_link(who.tenant, link, "password", |it| it.expose().clone()).await;
    assert_eq!(seen.unwrap(), PASSWORD);
    engine.end_link(&Principal::operator(who.tenant), link).await.unwrap();
    assert!(matches!(scene.hear(link, "one").await, Err(HeardError::Unknown)));
    // What is seen then is nobody's, and another each time.
    let unknown: LinkId = engine.mint();
    let mut seen = std::collections::BTreeSet::from([PASSWORD.to_owned()]);
    for link in [link, link, unknown] {
        let shown = engine.checked_by_link(who.tenant, link, "password", |it| it.expose().clone());
        assert!(seen.insert(shown.await.unwrap()));
    }
    assert!(matches!(scene.hear(unknown, "two").await, Err(HeardError::Unknown)));
}
