//! Backups of a store that is written, and what is refused when one is put back.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use cartola_store::contract::scene::Scene;
use cartola_store::{Archive, Command, Committer, StoreErrorKind};
use cartola_store_sqlite::{SqliteStore, restore};

use crate::support::{Kept, assert_sound, options, statement};

/// Takes in a statement as ingest does: first the source, then the rows that name it.
async fn take_in(kept: &Kept, scene: &Scene) {
    let unit = statement(scene, 5);
    for command in &unit.commands {
        if let Command::AddImport(import) = command {
            let object = scene.make.sealed("the statement");
            let archive = kept.store.archive();
            archive.put(scene.make.tenant, import.archive, object).await.expect("an object");
        }
    }
    kept.store.commit(unit).await.expect("a commit");
}

/// A backup of a store with so many statements, and where it lies.
async fn backed_up(kept: &Kept, scene: &Scene, statements: usize) -> std::path::PathBuf {
    for _ in 0..statements {
        take_in(kept, scene).await;
    }
    let backup = kept.folder.path().join("backup");
    kept.store.backup(&backup, &mut |_, _| ()).expect("a backup");
    backup
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_written_is_backed_up_whole() {
    let kept = Arc::new(Kept::new());
    let scene = Arc::new(kept.scene().await);
    take_in(&kept, &scene).await;
    let ended = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (kept, scene, ended) = (Arc::clone(&kept), Arc::clone(&scene), Arc::clone(&ended));
        async move {
            while !ended.load(Ordering::Acquire) {
                take_in(&kept, &scene).await;
            }
        }
    });
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let (backup, restored) = (elsewhere.path().join("backup"), elsewhere.path().join("restored"));
    let mut told = Vec::new();
    let store = Arc::clone(&kept.store);
    let counts = store.backup(&backup, &mut |done, total| told.push((done, total)));
    let counts = counts.expect("a backup");
    ended.store(true, Ordering::Release);
    writer.await.expect("the writer went on to the end");

    let (done, total) = *told.last().expect("progress was told");
    assert!(done == total && told.is_sorted_by_key(|(done, _)| *done), "{told:?}");
    assert_eq!(counts.movements, 5 * counts.imports, "whole units of work");
    assert_eq!((counts.objects, counts.objects_absent), (counts.imports, 0));
    assert_eq!(restore(&backup, &restored).expect("the backup is whole"), counts);
    let store = SqliteStore::open(&restored, options()).expect("the restored store");
    assert_sound(&store);
    assert_eq!(store.check().expect("a check").movements, counts.movements);
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 2, "nothing is left");
}

#[tokio::test]
async fn a_restored_store_goes_on() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let backup = backed_up(&kept, &scene, 2).await;
    let empty = tempfile::tempdir().expect("a temporary folder");
    restore(&backup, empty.path()).expect("an empty folder is taken");
    let store = SqliteStore::open(empty.path(), options()).expect("the restored store");
    let receipt = store.commit(statement(&scene, 1)).await.expect("a commit");
    assert_eq!(receipt.feed_position, Some(11));
    let tenant = scene.make.tenant;
    let import = cartola_store::Imports::imports(&store, tenant, None, None, 1).await;
    let archive = import.expect("a read").rows[0].archive;
    let object = store.archive().read(tenant, archive).await.expect("a read");
    assert!(object.is_some(), "the sealed source came along");
}

#[tokio::test]
async fn an_object_that_was_forgotten_is_counted_as_absent() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    kept.store.commit(statement(&scene, 1)).await.expect("a commit");
    let backup = kept.folder.path().join("backup");
    let counts = kept.store.backup(&backup, &mut |_, _| ()).expect("a backup");
    assert_eq!((counts.objects, counts.objects_absent), (0, 1));
}

#[tokio::test]
async fn a_destination_that_is_used_is_refused() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let backup = backed_up(&kept, &scene, 1).await;
    let again = kept.store.backup(&backup, &mut |_, _| ()).expect_err("the backup exists");
    assert_eq!(again.kind, StoreErrorKind::Conflict);
    let over = restore(&backup, kept.folder.path()).expect_err("the folder has a store");
    assert_eq!(over.kind, StoreErrorKind::Conflict);
    assert_sound(&kept.store);
}

/// Changes a backup, and fails unless it is then refused without a trace.
async fn check_refused(kind: StoreErrorKind, change: impl FnOnce(&Path)) {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let backup = backed_up(&kept, &scene, 1).await;
    change(&backup);
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let error = restore(&backup, &elsewhere.path().join("restored")).expect_err("a changed backup");
    assert_eq!(error.kind, kind, "{error:?}");
    assert_eq!(fs::read_dir(elsewhere.path()).expect("a folder").count(), 0, "nothing is left");
}

fn edit_manifest(backup: &Path, edit: impl FnOnce(String) -> String) {
    let path = backup.join("manifest.json");
    let text = fs::read_to_string(&path).expect("the manifest");
    let edited = edit(text.clone());
    assert_ne!(edited, text);
    fs::write(path, edited).expect("the manifest");
}

fn an_object(backup: &Path) -> std::path::PathBuf {
    let tenant = fs::read_dir(backup.join("raw")).expect("the archive").next();
    let tenant = tenant.expect("a tenant").expect("a folder").path();
    let object = fs::read_dir(tenant).expect("a folder").next();
    object.expect("an object").expect("a file").path()
}

#[tokio::test]
async fn a_database_with_one_other_byte_is_refused() {
    check_refused(StoreErrorKind::Corrupt, |backup| {
        let path = backup.join("cartola.db");
        let mut bytes = fs::read(&path).expect("the database");
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        fs::write(path, bytes).expect("the database");
    })
    .await;
}

#[tokio::test]
async fn an_object_with_one_byte_less_is_refused() {
    check_refused(StoreErrorKind::Corrupt, |backup| {
        let path = an_object(backup);
        let bytes = fs::read(&path).expect("the object");
        fs::write(path, &bytes[1..]).expect("the object");
    })
    .await;
}

#[tokio::test]
async fn an_object_that_is_missing_is_refused() {
    check_refused(StoreErrorKind::Corrupt, |backup| {
        fs::remove_file(an_object(backup)).expect("the object");
    })
    .await;
}

#[tokio::test]
async fn a_backup_of_a_newer_version_is_refused() {
    check_refused(StoreErrorKind::TooNew, |backup| {
        edit_manifest(backup, |text| text.replacen("\"format\": 1", "\"format\": 2", 1));
    })
    .await;
}

#[tokio::test]
async fn a_manifest_that_leads_out_of_the_folder_is_refused() {
    check_refused(StoreErrorKind::Corrupt, |backup| {
        edit_manifest(backup, |text| text.replacen("raw/", "raw/../../", 1));
    })
    .await;
}
