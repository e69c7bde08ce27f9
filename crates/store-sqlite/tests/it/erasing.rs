//! What is erased lies in no file any more, though the store stays open.

use std::fs;
use std::time::Duration;

use cartola_store::contract::scene::Scene;
use cartola_store::{Command, Committer};
use cartola_store_sqlite::Options;

use crate::support::{Kept, assert_sound, options, statement};

/// Whether any file of the database holds that.
fn lies_in(kept: &Kept, text: &[u8]) -> bool {
    let files = ["cartola.db", "cartola.db-wal"].map(|name| kept.folder.path().join(name));
    let read = files.iter().filter_map(|path| fs::read(path).ok());
    read.into_iter().any(|bytes| bytes.windows(text.len()).any(|at| at == text))
}

/// Movements of a person, in the log and in the database, as of one that has been served for a while.
async fn with_movements(kept: &Kept) -> (Scene, String) {
    let scene = kept.scene().await;
    let glosa = scene.movement().movement.glosa;
    kept.store.commit(statement(&scene, 500)).await.expect("a commit");
    let copy = "PRAGMA wal_checkpoint(PASSIVE)";
    kept.connection().query_row(copy, [], |_| Ok(())).expect("the log is copied back");
    kept.store.commit(statement(&scene, 5)).await.expect("a commit");
    assert!(lies_in(kept, glosa.as_bytes()), "glosas are in plain");
    (scene, glosa)
}

#[tokio::test]
async fn what_is_erased_lies_in_no_file() {
    let kept = Kept::new();
    let (scene, glosa) = with_movements(&kept).await;
    let unit = scene.unit().with(Command::ForgetPerson(scene.person.id));
    kept.store.commit(unit).await.expect("a commit");
    assert!(!lies_in(&kept, glosa.as_bytes()));
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
    assert!(lies_in(&kept, &content));
    scene.apply(Command::ShredKept { person, until }).await;
    assert!(!lies_in(&kept, &content));
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
    assert!(lies_in(&kept, glosa.as_bytes()), "the reader still sees it");
    drop(reader);
    // After the first it is gone; before the second is answered, so that is done.
    for _ in 0..2 {
        let unit = scene.unit().with(Command::AddPerson(scene.make.person()));
        kept.store.commit(unit).await.expect("a commit");
    }
    assert!(!lies_in(&kept, glosa.as_bytes()));
}
