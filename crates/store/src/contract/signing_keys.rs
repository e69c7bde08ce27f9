//! Keys that sign tokens.

use std::sync::Arc;

use cartola_crypto::KeyAlgorithm;
use cartola_crypto::jwe;
use cartola_crypto::jws::Algorithm;
use cartola_primitives::Timestamp;

use super::Backend;
use super::fixtures::{Fixtures, NOW, at};
use crate::signing_keys::SigningKeyRow;
use crate::{Store, StoreErrorKind};

/// Callers that add a key at once.
const CALLERS: usize = 16;

pub(super) fn key(
    make: &Fixtures,
    id: &str,
    algorithm: impl Into<KeyAlgorithm>,
    created_at: Timestamp,
) -> SigningKeyRow {
    let (id, algorithm) = (id.to_owned(), algorithm.into());
    SigningKeyRow { id, algorithm, wrapped: make.wrapped(), created_at }
}

pub(super) async fn add(store: &dyn Store, row: &SigningKeyRow, newest: Option<&str>) -> bool {
    match store.add_signing_key(row.clone(), newest.map(str::to_owned)).await {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error.kind, StoreErrorKind::Conflict);
            false
        }
    }
}

async fn ids(store: &dyn Store) -> Vec<String> {
    let rows = store.signing_keys().await.expect("a read");
    rows.into_iter().map(|row| row.id).collect()
}

/// Keys come back in the order of adding, whatever their clocks said.
pub async fn keys_come_back_as_they_were_added_in_order(backend: Backend) {
    let make = Fixtures::new(1);
    let store = backend.store.as_ref();
    assert_eq!(store.signing_keys().await.expect("a read"), []);
    let rows = [
        key(&make, "c", Algorithm::EdDsa, NOW),
        key(&make, "b", Algorithm::Es256, at(60)),
        key(&make, "a", Algorithm::EdDsa, at(-60)),
        key(&make, "e", jwe::Algorithm::RsaOaep256, NOW),
        key(&make, "d", jwe::Algorithm::EcdhEsA256Kw, NOW),
    ];
    for (row, newest) in rows.iter().zip([None, None, Some("c"), None, None]) {
        assert!(add(store, row, newest).await, "{}", row.id);
    }
    assert_eq!(store.signing_keys().await.expect("a read"), rows);
}

/// Whoever expects another newest key than there is adds nothing.
pub async fn a_key_follows_the_newest_of_its_algorithm(backend: Backend) {
    let make = Fixtures::new(1);
    let store = backend.store.as_ref();
    let new = |id, algorithm| key(&make, id, algorithm, NOW);
    let (first, second) = (new("first", Algorithm::EdDsa), new("second", Algorithm::EdDsa));
    let other = new("other", Algorithm::Es256);
    assert!(!add(store, &first, Some("nothing")).await);
    assert!(add(store, &first, None).await);
    assert!(!add(store, &second, None).await);
    assert!(!add(store, &other, Some("first")).await);
    assert!(add(store, &other, None).await);
    assert!(!add(store, &second, Some("other")).await);
    assert!(add(store, &second, Some("first")).await);
    assert!(!add(store, &new("third", Algorithm::EdDsa), Some("first")).await);
    assert_eq!(ids(store).await, ["first", "other", "second"]);
}

/// A key is added once, by whatever algorithm it says it signs.
pub async fn ids_are_unique(backend: Backend) {
    let make = Fixtures::new(1);
    let store = backend.store.as_ref();
    let row = key(&make, "one", Algorithm::EdDsa, NOW);
    assert!(add(store, &row, None).await);
    assert!(!add(store, &row, Some("one")).await);
    assert!(!add(store, &key(&make, "one", Algorithm::Es256, NOW), None).await);
    assert_eq!(store.signing_keys().await.expect("a read"), [row]);
}

/// Of many who follow the same key at once, one does; the others are told.
pub async fn of_many_keys_at_once_one_is_added(backend: Backend) {
    let make = Fixtures::new(1);
    assert!(add(backend.store.as_ref(), &key(&make, "old", Algorithm::EdDsa, NOW), None).await);
    let callers: Vec<_> = (0..CALLERS)
        .map(|number| {
            let store = Arc::clone(&backend.store);
            let row = key(&make, &format!("new {number}"), Algorithm::EdDsa, NOW);
            tokio::spawn(async move { add(store.as_ref(), &row, Some("old")).await })
        })
        .collect();
    let mut added = 0;
    for caller in callers {
        added += usize::from(caller.await.expect("the caller ends"));
    }
    assert_eq!(added, 1);
    assert_eq!(ids(backend.store.as_ref()).await.len(), 2);
}

/// Keys made before the instant go, of either algorithm; one made at it stays.
pub async fn old_keys_are_forgotten(backend: Backend) {
    let make = Fixtures::new(1);
    let store = backend.store.as_ref();
    let rows = [
        (key(&make, "a", Algorithm::EdDsa, at(-2)), None),
        (key(&make, "b", Algorithm::Es256, at(-1)), None),
        (key(&make, "c", Algorithm::EdDsa, NOW), Some("a")),
        (key(&make, "d", Algorithm::EdDsa, at(1)), Some("c")),
    ];
    for (row, newest) in &rows {
        assert!(add(store, row, *newest).await);
    }
    assert_eq!(store.forget_signing_keys(NOW).await.expect("a write"), 2);
    assert_eq!(ids(store).await, ["c", "d"]);
    assert_eq!(store.forget_signing_keys(NOW).await.expect("a write"), 0);
    assert_eq!(store.forget_signing_keys(at(2)).await.expect("a write"), 2);
    assert!(add(store, &key(&make, "e", Algorithm::EdDsa, NOW), None).await);
}
