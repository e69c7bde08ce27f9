//! What is erased lies in no file any more, though the store stays open.

use std::fs;
use std::path::Path;
use std::time::Duration;

use cartola_store::contract::scene::Scene;
use cartola_store::{Command, Committer};
use cartola_store_sqlite::{Options, SqliteStore};
use rusqlite::OptionalExtension;
use tokio::time::timeout;

use crate::support::{Kept, assert_sound, options, statement};

/// Far longer than an erasure waits for readers.
const LONG: Duration = Duration::from_mins(5);

/// Whether any file of the database holds that.
fn lies_in(folder: &Path, text: &[u8]) -> bool {
    let files = ["cartola.db", "cartola.db-wal"].map(|name| folder.join(name));
    let read = files.iter().filter_map(|path| fs::read(path).ok());
    read.into_iter().any(|bytes| bytes.windows(text.len()).any(|at| at == text))
}

/// Of how many erasures something may be left; none where nothing was ever erased.
fn left(kept: &Kept) -> Option<i64> {
    let left = "SELECT erased - gone FROM erasure";
    kept.connection().query_row(left, [], |row| row.get(0)).optional().expect("a number")
}

/// Movements of a person, in the log and in the database, as of one that has been served for a while.
async fn with_movements(kept: &Kept) -> (Scene, String) {
    let scene = kept.scene().await;
    let glosa = scene.movement().movement.glosa;
    kept.store.commit(statement(&scene, 500)).await.expect("a commit");
    let copy = "PRAGMA wal_checkpoint(PASSIVE)";
    kept.connection().query_row(copy, [], |_| Ok(())).expect("the log is copied back");
    kept.store.commit(statement(&scene, 5)).await.expect("a commit");
    assert!(lies_in(kept.folder.path(), glosa.as_bytes()), "glosas are in plain");
    (scene, glosa)
}

#[tokio::test]
async fn what_is_erased_lies_in_no_file() {
    let kept = Kept::new();
    let (scene, glosa) = with_movements(&kept).await;
    let unit = scene.unit().with(Command::ForgetPerson(scene.person.id));
    kept.store.commit(unit).await.expect("a commit");
    assert!(!lies_in(kept.folder.path(), glosa.as_bytes()));
    assert_eq!(left(&kept), Some(0));
    assert_sound(&kept.store);
}

/// Whoever came back has the same key, which opens what was kept of them for a time.
#[tokio::test]
async fn what_was_kept_for_a_time_lies_in_no_file_after_it() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let person = scene.person.id;
    let row = scene.make.authorization(person);
    let (until, content) = (row.created_at, row.content.bytes.clone());
    scene.apply(Command::AddAuthorization(Box::new(row))).await;
    assert!(lies_in(kept.folder.path(), &content));
    scene.apply(Command::ShredKept { person, until }).await;
    assert!(!lies_in(kept.folder.path(), &content));
    assert_sound(&kept.store);
}

#[tokio::test]
async fn where_a_reader_is_in_the_way_it_goes_once_that_has_ended() {
    let kept = Kept::with(Options { busy_timeout: Duration::from_millis(1), ..options() });
    let (scene, glosa) = with_movements(&kept).await;
    let reader = kept.connection();
    reader.execute_batch("BEGIN; SELECT count(*) FROM movement").expect("a reader");
    let unit = scene.unit().with(Command::ForgetPerson(scene.person.id));
    kept.store.commit(unit).await.expect("nobody waits for a reader for long");
    assert!(lies_in(kept.folder.path(), glosa.as_bytes()), "the reader still sees it");
    drop(reader);
    let tried = async {
        while left(&kept) != Some(0) {
            let unit = scene.unit().with(Command::AddPerson(scene.make.person()));
            kept.store.commit(unit).await.expect("a commit");
        }
    };
    timeout(LONG, tried).await.expect("it is tried again until nothing is left");
    assert!(!lies_in(kept.folder.path(), glosa.as_bytes()));
}

/// A copy of the whole store reads for as long as that takes.
#[tokio::test]
async fn nobody_waits_for_a_long_reader_when_something_is_erased() {
    let kept = Kept::with(Options { busy_timeout: Duration::from_hours(24), ..options() });
    let (scene, glosa) = with_movements(&kept).await;
    let reader = kept.connection();
    reader.execute_batch("BEGIN; SELECT count(*) FROM movement").expect("a reader");
    let erase = scene.unit().with(Command::ForgetPerson(scene.person.id));
    for unit in [erase, scene.unit().with(Command::AddPerson(scene.make.person()))] {
        let commit = timeout(LONG, kept.store.commit(unit)).await;
        commit.expect("the writer does not wait for the reader").expect("a commit");
    }
    assert!(lies_in(kept.folder.path(), glosa.as_bytes()), "the reader still sees it");
    assert_eq!(left(&kept), Some(1));
    drop(reader);
}

#[tokio::test]
async fn what_was_not_erased_after_all_is_no_erasure() {
    let kept = Kept::new();
    let (scene, _) = with_movements(&kept).await;
    let unit = scene.unit().with(Command::ForgetPerson(scene.person.id));
    let undone = unit.with(Command::AddLink(scene.link.clone()));
    kept.store.commit(undone).await.expect_err("the link is there already");
    assert_eq!(left(&kept), None);
}

/// A command beside a gateway that serves erases, and ends while a reader is in the way.
#[tokio::test]
async fn what_another_process_erased_goes_with_the_next_unit_of_this_one() {
    let kept = Kept::with(Options { busy_timeout: Duration::from_millis(1), ..options() });
    let (scene, glosa) = with_movements(&kept).await;
    let other = SqliteStore::open(kept.folder.path(), options()).expect("the same store");
    let reader = kept.connection();
    reader.execute_batch("BEGIN; SELECT count(*) FROM movement").expect("a reader");
    let unit = scene.unit().with(Command::ForgetPerson(scene.person.id));
    other.commit(unit).await.expect("a commit");
    drop(other);
    drop(reader);
    assert!(lies_in(kept.folder.path(), glosa.as_bytes()), "nobody has looked yet");
    let unit = scene.unit().with(Command::AddPerson(scene.make.person()));
    kept.store.commit(unit).await.expect("a commit");
    assert!(!lies_in(kept.folder.path(), glosa.as_bytes()));
    assert_eq!(left(&kept), Some(0));
}

/// A process may end between the erasure and the moment at which nothing is left of it.
#[tokio::test]
async fn what_was_erased_is_gone_once_the_store_is_opened_again() {
    let kept = Kept::new();
    let (scene, glosa) = with_movements(&kept).await;
    let unit = scene.unit().with(Command::ForgetPerson(scene.person.id));
    drop(scene);
    // Whoever closes the database last puts it in order; this one is there until the end.
    let beside = kept.connection();
    let look = "SELECT count(*) FROM person";
    beside.query_row(look, [], |_| Ok(())).expect("a read");
    let reader = kept.connection();
    reader.execute_batch("BEGIN; SELECT count(*) FROM movement").expect("a reader");
    kept.store.commit(unit).await.expect("a commit");
    let Kept { store, folder } = kept;
    drop(store);
    drop(reader);
    assert!(lies_in(folder.path(), glosa.as_bytes()), "nobody has looked yet");
    let store = SqliteStore::open(folder.path(), options()).expect("the same store");
    assert!(!lies_in(folder.path(), glosa.as_bytes()));
    assert_sound(&store);
    drop(beside);
}
