//! Which files are opened and which are refused.

use std::fs;
use std::path::Path;

use cartola_store::{Committer, StoreError, StoreErrorKind};
use cartola_store_sqlite::{APPLICATION_ID, SCHEMA, SqliteStore};
use rusqlite::Connection;

use crate::support::{Kept, assert_sound, connect, options, statement};

fn refused(folder: &Path) -> StoreError {
    match SqliteStore::open(folder, options()) {
        Ok(_) => panic!("the file was opened"),
        Err(error) => error,
    }
}

fn folder_with(make: impl FnOnce(&Connection)) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    make(&connect(folder.path()));
    folder
}

#[test]
fn a_new_store_is_marked_as_ours() {
    let kept = Kept::new();
    let connection = kept.connection();
    let pragma = |name: &str| -> i64 {
        connection.pragma_query_value(None, name, |row| row.get(0)).expect("a number")
    };
    assert_eq!(pragma("application_id"), i64::from(APPLICATION_ID));
    assert_eq!(usize::try_from(pragma("user_version")), Ok(SCHEMA));
    assert_eq!(pragma("page_size"), 8_192);
    assert_sound(&kept.store);
}

#[test]
fn a_newer_store_is_refused_and_left_as_it_is() {
    let folder = folder_with(|connection| {
        connection.pragma_update(None, "application_id", APPLICATION_ID).expect("a pragma");
        connection.pragma_update(None, "user_version", i64::MAX >> 40).expect("a pragma");
        connection.execute_batch("CREATE TABLE later (id)").expect("a table");
    });
    let before = fs::read(folder.path().join("cartola.db")).expect("the file");
    let error = refused(folder.path());
    assert_eq!(error.kind, StoreErrorKind::TooNew);
    assert_eq!(fs::read(folder.path().join("cartola.db")).expect("the file"), before);
}

#[test]
fn a_database_of_somebody_else_is_refused_and_left_as_it_is() {
    let folder = folder_with(|connection| {
        connection.execute_batch("CREATE TABLE theirs (id)").expect("a table");
    });
    let before = fs::read(folder.path().join("cartola.db")).expect("the file");
    assert_eq!(refused(folder.path()).kind, StoreErrorKind::Corrupt);
    assert_eq!(fs::read(folder.path().join("cartola.db")).expect("the file"), before);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("cartola.db"), "Estimado cliente,".repeat(500)).expect("a file");
    assert_eq!(refused(folder.path()).kind, StoreErrorKind::Corrupt);
}

/// Takes a store back to the schema of its first release.
fn as_first_release(folder: &Path) {
    const LATER: &[&str] = &[
        "job",
        "job_turn",
        "message",
        "message_attempt",
        "destination_disabled",
        "link_secret",
        "reading",
        "sign_ins",
        "link_account",
        "signing_key",
    ];
    let connection = connect(folder);
    for table in LATER {
        connection.execute_batch(&format!("DROP TABLE {table}")).expect("the table is there");
    }
    connection.pragma_update(None, "user_version", 1).expect("a pragma");
}

#[tokio::test]
async fn a_store_of_the_first_release_is_brought_up_to_date_with_all_it_holds() {
    let kept = Kept::new();
    let scene = kept.scene().await;
    let lines = 3;
    kept.store.commit(statement(&scene, lines)).await.expect("a commit");
    drop(scene);
    let Kept { store, folder } = kept;
    drop(store);
    as_first_release(folder.path());
    let store = SqliteStore::open(folder.path(), options()).expect("an older store");
    assert_sound(&store);
    let report = store.check().expect("a check");
    assert_eq!(report.movements, lines as u64);
    let version = connect(folder.path())
        .query_row("SELECT user_version FROM pragma_user_version", [], |row| row.get::<_, i64>(0))
        .expect("a number");
    assert_eq!(usize::try_from(version), Ok(SCHEMA));
}

#[test]
fn a_secret_is_read_without_touching_the_store() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let secret = || cartola_store_sqlite::stored_secret(folder.path(), "lookup_key");
    assert_eq!(secret().expect("a look"), None);
    assert!(!folder.path().join("cartola.db").exists());
    drop(SqliteStore::open(folder.path(), options()).expect("a new store"));
    as_first_release(folder.path());
    connect(folder.path())
        .execute(
            "INSERT INTO installation_secret VALUES ('lookup_key', x'0102030405060708', x'09')",
            [],
        )
        .expect("a secret");
    let before = fs::read(folder.path().join("cartola.db")).expect("the file");
    let found = secret().expect("a look").expect("it is there");
    assert_eq!(found.bytes, [9]);
    assert_eq!(fs::read(folder.path().join("cartola.db")).expect("the file"), before);
}
