//! How many readings an institution gets in an hour and a day.

use std::num::NonZeroU32;
use std::time::Duration;

use cartola_connector::Quota;
use cartola_engine::links::LinkError;
use cartola_engine::readings::{CALL_MANDATE_TERM, ReadingState, Wanted};
use cartola_model::Failure;
use cartola_primitives::id::LinkId;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::Quotas;
use cartola_store::jobs::Priority;

use crate::readings::{MARCH, Scene};
use crate::world::World;
use crate::world::bank::{Bank, PASSWORD, institution};

/// A scene whose clock shows 15:00 in Greenwich, with so much room in each window.
async fn scene(per_hour: Option<u32>, per_day: Option<u32>) -> Scene {
    let quota = Quota {
        per_hour: per_hour.and_then(NonZeroU32::new),
        per_day: per_day.and_then(NonZeroU32::new),
    };
    let bank = Bank::new();
    bank.has(&["2;COMPRA;-100"]);
    Scene { world: World::with_quota(bank.clone(), quota).await, bank }
}

fn instant(text: &str) -> Timestamp {
    text.parse().unwrap()
}

async fn read(scene: &Scene, link: LinkId, priority: Priority) -> Result<(), Failure> {
    scene.world.read(link, priority).await.map(drop)
}

/// Until when a reading is refused, where it is for lack of room.
async fn refused_until(scene: &Scene, link: LinkId, priority: Priority) -> Timestamp {
    let wanted = Wanted { priority, ..Wanted::at_once(MARCH) };
    match scene.world.engine.request_reading(&scene.world.who, link, wanted).await {
        Err(LinkError::QuotaUsed { until }) => until,
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("there was room"),
    }
}

#[tokio::test]
async fn an_hour_that_is_full_takes_no_more_until_the_next() {
    let scene = scene(Some(2), None).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    scene.world.clock.advance(SignedDuration::from_mins(20));
    for _ in 0..2 {
        assert_eq!(read(&scene, link, Priority::Interactive).await, Ok(()));
    }
    let until = refused_until(&scene, link, Priority::Interactive).await;
    assert_eq!(until, instant("2026-04-10T16:00:00Z"));
    assert!(matches!(scene.call(PASSWORD).await, Err(LinkError::QuotaUsed { .. })));
    assert_eq!(scene.bank.asked(), 2);
    scene.world.clock.advance(SignedDuration::from_mins(40));
    assert_eq!(read(&scene, link, Priority::Interactive).await, Ok(()));
    assert_eq!(scene.bank.asked(), 3);
}

#[tokio::test]
async fn a_day_ends_at_midnight_in_chile() {
    let scene = scene(Some(5), Some(1)).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    assert_eq!(read(&scene, link, Priority::Normal).await, Ok(()));
    let until = refused_until(&scene, link, Priority::Normal).await;
    assert_eq!(until, instant("2026-04-11T04:00:00Z"));
}

#[tokio::test]
async fn what_is_asked_for_in_bulk_leaves_room_for_others() {
    let scene = scene(Some(5), None).await;
    let link = scene.begin(PASSWORD).await.unwrap();
    for _ in 0..4 {
        assert_eq!(read(&scene, link, Priority::Background).await, Ok(()));
    }
    refused_until(&scene, link, Priority::Background).await;
    assert_eq!(read(&scene, link, Priority::Normal).await, Ok(()));
    refused_until(&scene, link, Priority::Interactive).await;
    assert_eq!(scene.bank.asked(), 5);
}

#[tokio::test]
async fn a_reading_in_vain_counts_and_one_that_asks_nobody_does_not() {
    let scene = scene(Some(2), None).await;
    let link = scene.begin("wrong-one").await.unwrap();
    assert_eq!(read(&scene, link, Priority::Interactive).await, Err(Failure::CredentialsInvalid));
    assert_eq!(read(&scene, link, Priority::Interactive).await, Err(Failure::CredentialsInvalid));
    let counted = scene.world.store.readings_counted(&institution()).await.unwrap().unwrap();
    assert_eq!((counted.in_hour, counted.in_day), (1, 1));
}

/// Room that was there when a reading was asked for may be gone when its turn comes.
#[tokio::test]
async fn a_reading_that_finds_no_room_in_its_turn_says_when_there_is() {
    let scene = scene(Some(2), None).await;
    let World { engine, who, worker, .. } = &scene.world;
    let link = scene.begin(PASSWORD).await.unwrap();
    assert_eq!(read(&scene, link, Priority::Interactive).await, Ok(()));
    let last = engine.last_reading(who, link).await.unwrap();
    let told_later = |_| Wanted::told_later(MARCH);
    let mut calls = Vec::new();
    for _ in 0..2 {
        calls.push(scene.call_for(PASSWORD, CALL_MANDATE_TERM, told_later).await.unwrap());
    }
    worker.run_due().await.unwrap();
    let mut failed = Vec::new();
    for call in &mut calls {
        let id = call.reading.job();
        if let Some(Err(failure)) =
            engine.wait_for(&mut call.reading, Duration::ZERO).await.unwrap()
        {
            assert_eq!(failure, Failure::RateLimited);
            failed.push(id);
        }
    }
    let [job] = failed[..] else { panic!("one finds room") };
    let standing = engine.reading_standing(who, job).await.unwrap().unwrap();
    assert_eq!(standing.now.state, ReadingState::Failed(Failure::RateLimited));
    assert_eq!(standing.asked_again_at, Some(instant("2026-04-10T16:00:00Z")));
    assert_eq!(scene.bank.asked(), 2);
    assert_eq!(engine.last_reading(who, link).await.unwrap(), last, "nobody was asked");
}
