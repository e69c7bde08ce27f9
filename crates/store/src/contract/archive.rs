//! The raw archive.

use std::sync::Arc;

use cartola_primitives::id::ArchiveId;

use super::Backend;
use super::fixtures::Fixtures;
use crate::StoreErrorKind;

/// Length of an object that fits no single page or buffer, bytes.
const LARGE_BYTES: usize = 3_000_000;

/// Objects of every size come back word by word.
pub async fn an_object_comes_back_as_it_was_put(backend: Backend) {
    let make = Fixtures::new(1);
    let (archive, tenant) = (&backend.archive, make.tenant);
    for content in ["", "short", &"long ".repeat(LARGE_BYTES / 5)] {
        let (id, object) = (make.id(), make.sealed(content));
        assert_eq!(archive.read(tenant, id).await.expect("a read"), None);
        archive.put(tenant, id, object.clone()).await.expect("an object is put");
        assert!(archive.read(tenant, id).await.expect("a read") == Some(object));
    }
}

/// A second object of one id is refused, and the first one stays.
pub async fn an_object_is_written_once(backend: Backend) {
    let make = Fixtures::new(1);
    let (archive, tenant) = (&backend.archive, make.tenant);
    let id: ArchiveId = make.id();
    let [first, second] = ["first", "second"].map(|content| make.sealed(content));
    archive.put(tenant, id, first.clone()).await.expect("an object is put");
    for again in [first.clone(), second] {
        let refused = archive.put(tenant, id, again).await.expect_err("the id is used");
        assert_eq!(refused.kind, StoreErrorKind::Conflict);
    }
    assert_eq!(archive.read(tenant, id).await.expect("a read"), Some(first));
}

/// Of two who write one id at once, one is refused and the other's object is whole.
pub async fn of_two_puts_at_once_one_wins(backend: Backend) {
    let make = Fixtures::new(1);
    let tenant = make.tenant;
    let id: ArchiveId = make.id();
    let objects = ["first", "second"].map(|content| make.sealed(content));
    let [first, second] = objects.clone().map(|object| {
        let archive = Arc::clone(&backend.archive);
        tokio::spawn(async move { archive.put(tenant, id, object).await })
    });
    let outcomes = [first.await.expect("the first ends"), second.await.expect("the second ends")];
    let winner = outcomes.iter().position(Result::is_ok).expect("one of the two wins");
    let loser = outcomes[1 - winner].as_ref().expect_err("one of the two loses");
    assert_eq!(loser.kind, StoreErrorKind::Conflict);
    let kept = backend.archive.read(tenant, id).await.expect("a read");
    assert_eq!(kept.as_ref(), Some(&objects[winner]));
}

/// What was removed is not there; what is not there can be removed.
pub async fn a_removed_object_is_gone(backend: Backend) {
    let make = Fixtures::new(1);
    let (archive, tenant) = (&backend.archive, make.tenant);
    let [removed, kept]: [ArchiveId; 2] = [make.id(), make.id()];
    let object = make.sealed("object");
    for id in [removed, kept] {
        archive.put(tenant, id, object.clone()).await.expect("an object is put");
    }
    for _ in 0..2 {
        archive.remove(tenant, removed).await.expect("an object is forgotten");
        assert_eq!(archive.read(tenant, removed).await.expect("a read"), None);
    }
    assert_eq!(archive.read(tenant, kept).await.expect("a read"), Some(object));
}
