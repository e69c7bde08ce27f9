//! Several processes call an institution as often as one may.

use std::time::Duration;

use cartola_model::InstitutionId;
use cartola_primitives::SignedDuration;
use cartola_store::Pacing;
use cartola_store::pacing::{FURTHEST, Given, Slots};

use crate::support::Kept;

const HOUR: Duration = Duration::from_hours(1);

/// So wide apart that a slow machine makes no difference.
fn slots(count: u32) -> Slots {
    Slots {
        institution: InstitutionId::parse("banco-chile").expect("a sound id"),
        count,
        interval: Duration::from_mins(1),
        burst: 3,
        longest: Duration::from_mins(2),
    }
}

/// How far away the first slot lies, in whole minutes.
fn minutes(given: Given) -> i64 {
    (given.first + SignedDuration::from_secs(30)).as_secs().div_euclid(60)
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_are_given_out_once() {
    let kept = Kept::new().await;
    let other = kept.database.open().await;
    let mut told = Vec::new();
    for (store, count) in [(&kept.store, 1), (&other, 1), (&kept.store, 1), (&other, 2)] {
        told.push(minutes(store.take_slots(&slots(count)).await.expect("the store answers")));
    }
    assert_eq!(told, [-2, -1, 0, 1], "three at once, then one a minute");

    let refused = kept.store.take_slots(&slots(1)).await.expect("the store answers");
    let again = other.take_slots(&slots(1)).await.expect("the store answers");
    assert_eq!((minutes(refused), minutes(again)), (3, 3), "what is too far away is not taken");
    let institution = InstitutionId::parse("banco-bice").expect("a sound id");
    let elsewhere =
        other.take_slots(&Slots { institution, ..slots(1) }).await.expect("the store answers");
    assert_eq!(minutes(elsewhere), -2);
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_that_are_taken_at_once_are_as_many() {
    let kept = Kept::new().await;
    let other = kept.database.open().await;
    let wide = Slots { burst: 100, longest: HOUR, ..slots(1) };
    let mut takes = tokio::task::JoinSet::new();
    for number in 0..40 {
        let store = if number % 2 == 0 { kept.store.clone() } else { other.clone() };
        let wide = wide.clone();
        takes.spawn(
            async move { minutes(store.take_slots(&wide).await.expect("the store answers")) },
        );
    }
    let mut told = takes.join_all().await;
    told.sort_unstable();
    assert_eq!(told, (-99..=-60).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_told_to_all() {
    let kept = Kept::new().await;
    let other = kept.database.open().await;
    assert_eq!(other.take_slots(&slots(1)).await.expect("the store answers").paused, None);
    kept.store.pause(&slots(1).institution, HOUR).await.expect("the store answers");
    let paused = other
        .take_slots(&slots(1))
        .await
        .expect("the store answers")
        .paused
        .expect("it is left alone");
    assert!(paused <= FURTHEST && paused > FURTHEST / 2, "{paused:?}");
    kept.store.pause(&slots(1).institution, Duration::ZERO).await.expect("the store answers");
    assert_eq!(other.take_slots(&slots(1)).await.expect("the store answers").paused, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_set_back_keeps_nobody_waiting() {
    let kept = Kept::new().await;
    kept.store.take_slots(&slots(1)).await.expect("the store answers");
    kept.store.pause(&slots(1).institution, HOUR).await.expect("the store answers");
    let later = "UPDATE cartola.pacing SET settled = settled + 3600000000, \
                 paused_until = paused_until + 3600000000";
    kept.database.server.execute(&kept.database.name, &[later]).await;
    let given = kept.store.take_slots(&slots(1)).await.expect("the store answers");
    assert_eq!((minutes(given), given.paused), (-2, None));
}
