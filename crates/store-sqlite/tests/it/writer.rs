//! Group commit, and what becomes of the others when one unit, or all, cannot be written.

use std::fs::OpenOptions;
use std::time::Duration;

use cartola_store::{Command, Committer, StoreErrorKind, Vault};
use cartola_store_sqlite::{MAX_GROUP_UNITS, Options, SqliteStore};

use crate::support::{Kept, assert_sound, commit_at_once, options, statement};

/// Pages that hold the empty tables and a few units, and no statement of thousands of movements.
const FEW_PAGES: u32 = 160;

#[tokio::test]
async fn units_that_wait_share_a_transaction() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let before = kept.store.figures();
    let units = (0..50).map(|_| statement(&scene, 2)).collect();
    for answer in commit_at_once(&kept, units).await {
        answer.expect("every unit is committed");
    }
    let after = kept.store.figures();
    assert_eq!(after.units - before.units, 50);
    // The writer may have begun with the first before the others came; those waited together.
    assert!(after.transactions - before.transactions <= 2, "{before:?} {after:?}");
    assert_sound(&kept.store);
}

async fn check_that_one_conflict_stays_alone(place: usize) {
    const UNITS: usize = 9;
    let kept = Kept::new();
    let scene = kept.scene().await;
    let before = kept.store.figures();
    let mut units: Vec<_> = (0..UNITS).map(|_| statement(&scene, 1)).collect();
    // The last command: what came before it in the unit is undone too.
    units[place].push(Command::AddLink(scene.link.clone()));
    let answers = commit_at_once(&kept, units).await;
    for (number, answer) in answers.iter().enumerate() {
        let kind = answer.as_ref().err().map(|error| error.kind);
        assert_eq!(kind, (number == place).then_some(StoreErrorKind::Conflict), "unit {number}");
    }
    let after = kept.store.figures();
    assert_eq!((after.units - before.units, after.refused - before.refused), (8, 1));
    assert_eq!(scene.shown().await.len(), UNITS - 1);
    assert_sound(&kept.store);
}

#[tokio::test]
async fn a_conflict_at_the_head_of_a_group_stays_alone() {
    check_that_one_conflict_stays_alone(0).await;
}

#[tokio::test]
async fn a_conflict_within_a_group_stays_alone() {
    check_that_one_conflict_stays_alone(4).await;
}

#[tokio::test]
async fn a_conflict_at_the_end_of_a_group_stays_alone() {
    check_that_one_conflict_stays_alone(8).await;
}

#[tokio::test]
async fn a_full_store_refuses_and_stays_usable() {
    let kept = Kept::with(Options { max_pages: Some(FEW_PAGES), ..options() });
    let scene = kept.scene().await;
    let error = kept.store.commit(statement(&scene, 5_000)).await.expect_err("no space");
    assert_eq!(error.kind, StoreErrorKind::Full);
    assert_eq!(scene.shown().await, [], "nothing of it was written");
    // What still fits is written, and readiness is found out by trying.
    kept.store.ready().await.expect("one page is left");
    kept.store.commit(statement(&scene, 5)).await.expect("a small unit fits");
    assert_eq!(scene.shown().await.len(), 5);
    assert_sound(&kept.store);
}

#[tokio::test]
async fn a_full_store_answers_every_unit_of_the_group() {
    let kept = Kept::with(Options { max_pages: Some(FEW_PAGES), ..options() });
    let scene = kept.scene().await;
    let units = vec![statement(&scene, 1), statement(&scene, 5_000), statement(&scene, 1)];
    let answers = commit_at_once(&kept, units).await;
    assert_eq!(
        answers[1].as_ref().expect_err("no space").kind,
        StoreErrorKind::Full,
        "the unit that is too large"
    );
    let written = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(scene.shown().await.len(), written, "answered as written is written, and no other");
    assert_sound(&kept.store);
}

#[tokio::test]
async fn another_writer_that_does_not_end_makes_the_store_busy() {
    let kept = Kept::with(Options { busy_timeout: Duration::from_millis(1), ..options() });
    let scene = kept.scene().await;
    let other = kept.connection();
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody else writes");
    let error = kept.store.commit(statement(&scene, 1)).await.expect_err("another one writes");
    assert_eq!(error.kind, StoreErrorKind::Busy);
    other.execute_batch("ROLLBACK").expect("the lock is released");
    kept.store.commit(statement(&scene, 1)).await.expect("nobody else writes any more");
}

#[tokio::test]
async fn a_full_queue_is_busy() {
    // What the writer takes up while the first of them waits for the lock, whenever it wakes: a
    // whole group at most, and one in the queue behind it.
    const TAKEN_AT_MOST: usize = MAX_GROUP_UNITS + 1;
    const REFUSED_AT_LEAST: usize = 40;
    const UNITS: usize = TAKEN_AT_MOST + REFUSED_AT_LEAST;
    let kept = Kept::with(Options { write_queue: 1, ..options() });
    let scene = kept.scene().await;
    let units = (0..UNITS).map(|_| statement(&scene, 1)).collect();
    let answers = commit_at_once(&kept, units).await;
    let kinds: Vec<_> =
        answers.iter().filter_map(|answer| answer.as_ref().err()).map(|it| it.kind).collect();
    assert!(kinds.len() >= REFUSED_AT_LEAST, "{kinds:?}");
    assert!(kinds.iter().all(|kind| *kind == StoreErrorKind::Busy), "{kinds:?}");
    assert_eq!(scene.shown().await.len(), UNITS - kinds.len());
}

#[tokio::test]
async fn a_damaged_store_writes_nothing_more() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    scene.commit(statement(&scene, 2_000)).await;
    let (first, second) = (statement(&scene, 2_000), statement(&scene, 1));
    drop(scene);
    let Kept { store, folder } = kept;
    drop(store);
    // No page is in memory, and no log has one.
    let store = SqliteStore::open(folder.path(), options()).expect("the same store");
    let file = OpenOptions::new().write(true).open(folder.path().join("cartola.db"));
    file.expect("the database").set_len(8_192).expect("all pages but the first are lost");
    store.commit(first).await.expect_err("the pages are lost");
    let error = store.commit(second).await.expect_err("nothing more is written");
    assert_eq!(error.kind, StoreErrorKind::Unavailable);
    let error = store.ready().await.expect_err("nothing more is written");
    assert_eq!(error.kind, StoreErrorKind::Unavailable);
}

#[tokio::test]
async fn a_secret_that_is_there_is_not_written_again() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let first = kept.store.installation_secret("lookup", scene.make.wrapped()).await;
    let before = kept.store.figures();
    let second = kept.again().installation_secret("lookup", scene.make.wrapped()).await;
    assert_eq!(first.expect("a secret"), second.expect("the same secret"));
    assert_eq!(kept.store.figures(), before);
}
