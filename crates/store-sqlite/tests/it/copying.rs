//! Reading and loading all rows as they are.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use cartola_primitives::date;
use cartola_store::contract::copying::{comes_back, fill, same, what_differs_is_told};
use cartola_store::copying::{Dump, Load, TABLES};
use cartola_store::{StoreErrorKind, Tenancy};
use cartola_store_sqlite::SqliteStore;
use cartola_store_sqlite::copying::{FolderDump, FolderLoad};

use crate::support::{Kept, connect, options};

/// A folder whose store has rows in every table, and which nobody uses.
async fn filled() -> tempfile::TempDir {
    let kept = Kept::new();
    fill(&kept.backend()).await;
    // One movement is that old.
    kept.store.forget_before(date(2000, 1, 1), &mut |_| {}).await.expect("it is forgotten");
    let Kept { store, folder } = kept;
    drop(store);
    folder
}

fn dump(folder: &Path) -> FolderDump {
    FolderDump::open(folder, &options()).expect("a store that nobody uses")
}

fn refused(folder: &Path) -> StoreErrorKind {
    let opened = SqliteStore::open(folder, options());
    opened.err().expect("the store must not be opened").kind
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_it_comes_back() {
    let (full, empty) = (filled().await, tempfile::tempdir().expect("a folder"));
    let source = dump(full.path());
    comes_back(&source, &FolderLoad::open(empty.path()).expect("an empty folder")).await;
    drop(source);
    let (one, other) = (open(full.path()), open(empty.path()));
    let tenants = one.tenants().await.expect("a read");
    assert_eq!(other.tenants().await.expect("a read"), tenants);
    // Some rows of the contract are alone where others would name them.
    assert_eq!(other.check().expect("a check"), one.check().expect("a check"));
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder, options()).expect("a store that is whole")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn differences_are_told() {
    what_differs_is_told(&dump(filled().await.path())).await;
}

/// Whoever adds a column says in the catalogue of tables what it is.
#[test]
fn every_column_is_copied() {
    // The catalogue has these in other words, or they hold nothing of anybody's.
    const OTHERWISE: [&str; 10] = [
        "tenant",
        "tenant_feed",
        "tenant_audit",
        "feed",
        "place",
        "movement_day",
        "unlisted",
        "probe",
        "erasure",
        "archive",
    ];
    let kept = Kept::new();
    let connection = kept.connection();
    let columns = "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c \
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'";
    let mut statement = connection.prepare(columns).expect("a query");
    let present = statement.query_map([], |row| row.get::<_, String>(0)).expect("the columns");
    let is_ours = |name: &String| !OTHERWISE.iter().any(|it| name.starts_with(&format!("{it}.")));
    let present: BTreeSet<String> =
        present.map(|name| name.expect("a name")).filter(is_ours).collect();
    let listed = TABLES.iter().filter(|table| !["tenant_head", "feed"].contains(&table.name));
    let listed =
        listed.flat_map(|table| table.names().map(move |it| format!("{}.{it}", table.name)));
    assert_eq!(listed.filter(is_ours).collect::<BTreeSet<_>>(), present);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_not_ended_is_refused_until_it_is_begun_again() {
    let (full, target) = (filled().await, tempfile::tempdir().expect("a folder"));
    let source = dump(full.path());
    let load = FolderLoad::open(target.path()).expect("an empty folder");
    load.begin().await.expect("a copy begins");
    for table in TABLES {
        let mut rows = source.rows(table).await.expect("a table");
        let batch = rows.batch().await.expect("some rows").expect("there are some");
        load.add(table, batch).await.expect("rows are added");
    }
    drop(load);
    assert_eq!(refused(target.path()), StoreErrorKind::Unfinished);
    let secret = cartola_store_sqlite::stored_secret(target.path(), "lookup_key");
    assert_eq!(secret.expect_err("it is not whole").kind, StoreErrorKind::Unfinished);
    let unfinished = FolderDump::open(target.path(), &options()).err().expect("it is not whole");
    assert_eq!(unfinished.kind, StoreErrorKind::Unfinished);
    let load = FolderLoad::open(target.path()).expect("it may be begun again");
    comes_back(&source, &load).await;
    drop(load);
    same(&dump(target.path()), &source).await;
    assert!(!target.path().join("unfinished-copy").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_holds_a_store_is_refused() {
    let full = filled().await;
    let error = FolderLoad::open(full.path()).err().expect("it holds a store");
    assert_eq!(error.kind, StoreErrorKind::Conflict);
    let half = tempfile::tempdir().expect("a folder");
    fs::create_dir(half.path().join("raw")).expect("a folder");
    assert!(FolderLoad::open(half.path()).is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_writes_while_it_is_read() {
    let full = filled().await;
    let source = dump(full.path());
    let other = connect(full.path());
    let begun = other.execute_batch("PRAGMA busy_timeout = 0; BEGIN IMMEDIATE");
    assert!(begun.is_err(), "somebody else may write");
    drop(source);
    other.execute_batch("BEGIN IMMEDIATE").expect("nobody reads any more");
}
