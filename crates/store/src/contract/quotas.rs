//! How often institutions were read.

use std::sync::Arc;

use cartola_model::InstitutionId;
use cartola_primitives::{SignedDuration, Timestamp};

use super::Backend;
use super::fixtures::{NOW, institution};
use crate::Store;
use crate::quotas::{Counted, OneMore, Window};

/// Callers that count at once.
const CALLERS: usize = 16;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// One more in windows that began then, with so much room in each.
pub(super) fn one_more(from: Timestamp, in_hour: Option<u32>, in_day: Option<u32>) -> OneMore {
    OneMore {
        institution: institution("banco-chile"),
        hour: Window { from, to: from + HOUR, most: in_hour },
        day: Window { from, to: from + DAY, most: in_day },
    }
}

async fn count(store: &dyn Store, one: &OneMore) -> bool {
    store.count_reading(one).await.expect("a count")
}

async fn counted(store: &dyn Store) -> Option<Counted> {
    let bank: InstitutionId = institution("banco-chile");
    store.readings_counted(&bank).await.expect("a read")
}

/// Readings are counted in hour and day, and each institution by itself.
pub async fn readings_are_counted_in_both_windows(backend: Backend) {
    let store = backend.store.as_ref();
    assert_eq!(counted(store).await, None);
    assert!(count(store, &one_more(NOW, None, None)).await);
    assert!(count(store, &one_more(NOW, None, None)).await);
    let both = Counted { hour_from: NOW, in_hour: 2, day_from: NOW, in_day: 2 };
    assert_eq!(counted(store).await, Some(both));
    let elsewhere =
        OneMore { institution: institution("banco-estado"), ..one_more(NOW, None, None) };
    assert!(count(store, &elsewhere).await);
    assert_eq!(counted(store).await, Some(both));
}

/// What finds either window full is counted in neither, whoever may have more room.
pub async fn a_full_window_takes_no_more(backend: Backend) {
    let store = backend.store.as_ref();
    for _ in 0..2 {
        assert!(count(store, &one_more(NOW, Some(2), Some(3))).await);
    }
    assert!(!count(store, &one_more(NOW, Some(2), Some(3))).await, "the hour is full");
    assert!(count(store, &one_more(NOW, Some(3), Some(3))).await, "who may more finds room");
    assert!(!count(store, &one_more(NOW, None, Some(3))).await, "the day is full");
    let after = Counted { hour_from: NOW, in_hour: 3, day_from: NOW, in_day: 3 };
    assert_eq!(counted(store).await, Some(after));
}

/// The next hour begins at nothing, while its day goes on.
pub async fn a_new_window_begins_at_nothing(backend: Backend) {
    let store = backend.store.as_ref();
    assert!(count(store, &one_more(NOW, Some(1), Some(2))).await);
    let later = OneMore {
        day: one_more(NOW, None, Some(2)).day,
        ..one_more(NOW + HOUR + HOUR, Some(1), None)
    };
    assert!(count(store, &later).await);
    assert!(!count(store, &later).await);
    let after = Counted { hour_from: NOW + HOUR + HOUR, in_hour: 1, day_from: NOW, in_day: 2 };
    assert_eq!(counted(store).await, Some(after));
}

/// A clock that lags counts in the window that another one has begun; one that was set back by more
/// begins anew.
pub async fn clocks_that_differ_share_a_window(backend: Backend) {
    let store = backend.store.as_ref();
    assert!(count(store, &one_more(NOW + HOUR, Some(1), None)).await);
    assert!(!count(store, &one_more(NOW, Some(1), None)).await, "it has just begun elsewhere");
    assert!(count(store, &one_more(NOW - DAY - DAY, Some(1), Some(1))).await);
    let from = NOW - DAY - DAY;
    let after = Counted { hour_from: from, in_hour: 1, day_from: from, in_day: 1 };
    assert_eq!(counted(store).await, Some(after));
}

/// Of many at once no more are counted than there is room for.
pub async fn counting_at_once_stays_within_the_limit(backend: Backend) {
    let callers = (0..CALLERS).map(|_| {
        let store = Arc::clone(&backend.store);
        tokio::spawn(async move { count(store.as_ref(), &one_more(NOW, Some(5), None)).await })
    });
    let mut given = 0;
    for caller in callers.collect::<Vec<_>>() {
        given += usize::from(caller.await.expect("a caller"));
    }
    assert_eq!(given, 5);
    assert_eq!(counted(backend.store.as_ref()).await.map(|counted| counted.in_hour), Some(5));
}
