//! Two stores on one folder, as a gateway and an import at the command line are.

use std::sync::Arc;

use cartola_crypto::jws::Algorithm;
use cartola_store::contract::fixtures::{Fixtures, NOW};
use cartola_store::signing_keys::SigningKeyRow;
use cartola_store::{Command, Committer, SigningKeys, Store, Tenancy};
use cartola_store_sqlite::SqliteStore;

use crate::support::{Kept, assert_sound, options, statement};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_writers_lose_nothing() {
    const UNITS: usize = 40;
    let kept = Kept::new();
    let scene = kept.scene().await;
    let mut commits = tokio::task::JoinSet::new();
    for store in [Arc::clone(&kept.store), kept.again()] {
        for _ in 0..UNITS {
            let (store, unit) = (Arc::clone(&store), statement(&scene, 3));
            commits.spawn(async move { store.commit(unit).await });
        }
    }
    let mut positions = Vec::new();
    while let Some(commit) = commits.join_next().await {
        let receipt = commit.expect("no panic").expect("every unit is committed");
        positions.push(receipt.feed_position.expect("movements were added"));
    }
    positions.sort_unstable();
    let expected: Vec<u64> = (1..=2 * UNITS as u64).map(|nth| nth * 3).collect();
    assert_eq!(positions, expected, "each unit has its own places in the feed");
    assert_eq!(scene.shown().await.len(), 6 * UNITS);
    assert_sound(&kept.store);
}

#[tokio::test]
async fn what_one_has_committed_the_other_reads() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let other = kept.again();
    let tenant = scene.make.tenant;
    let credential = scene.make.credential();
    let read = async |store: &SqliteStore| {
        store.credential(tenant, &credential.digest).await.expect("a read")
    };
    // Both have read before, and may have pages in memory.
    assert_eq!((read(&kept.store).await, read(&other).await), (None, None));
    scene.apply(Command::AddCredential(credential.clone())).await;
    assert_eq!(read(&other).await, Some(credential.clone()));
    let revoke = scene.unit().with(Command::RevokeCredential(credential.id));
    other.commit(revoke).await.expect("the credential holds");
    let seen = read(&kept.store).await.expect("the credential");
    assert!(seen.revoked_at.is_some());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_rotate_keys_at_once_one_does() {
    const ROUNDS: usize = 20;
    let kept = Kept::new();
    let make = Fixtures::new(1);
    let stores = [Arc::clone(&kept.store), kept.again()];
    let mut newest: Option<String> = None;
    for round in 0..ROUNDS {
        let mut callers = tokio::task::JoinSet::new();
        for (number, store) in stores.iter().enumerate() {
            let row = SigningKeyRow {
                id: format!("{round} of {number}"),
                algorithm: Algorithm::EdDsa.into(),
                wrapped: make.wrapped(),
                created_at: NOW,
            };
            let (store, newest) = (Arc::clone(store), newest.clone());
            callers.spawn(async move { store.add_signing_key(row, newest).await });
        }
        let outcomes = callers.join_all().await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let [one, other] = [&stores[0], &stores[1]];
        let keys = one.signing_keys().await.expect("a read");
        assert_eq!(keys, other.signing_keys().await.expect("a read"));
        assert_eq!(keys.len(), round + 1);
        newest = keys.last().map(|key| key.id.clone());
    }
}

#[tokio::test]
async fn a_store_is_set_up_once_by_whoever_is_first() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stores: Vec<SqliteStore> = std::thread::scope(|scope| {
        let open = || SqliteStore::open(folder.path(), options()).expect("the store");
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(open)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    for store in &stores {
        assert_eq!(store.tenants().await.expect("a read"), []);
        assert_sound(store);
    }
}

#[tokio::test]
async fn a_store_that_was_closed_has_what_was_committed() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    kept.store.commit(statement(&scene, 10)).await.expect("a commit");
    let before = scene.shown().await;
    let query = cartola_store::contract::scene::everything();
    let tenant = scene.make.tenant;
    drop(scene);
    let Kept { store, folder } = kept;
    drop(store);
    assert!(!folder.path().join("cartola.db-wal").exists(), "the log went with the last store");
    let store: Arc<dyn Store> =
        Arc::new(SqliteStore::open(folder.path(), options()).expect("the same store"));
    let after =
        store.movements(tenant, &query).await.expect("a read").rows.to_rows().expect("sound rows");
    assert_eq!(after, before);
}
