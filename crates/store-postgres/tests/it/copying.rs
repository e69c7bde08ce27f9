//! Reading and loading all rows as they are.

use std::collections::BTreeSet;
use std::sync::Arc;

use cartola_primitives::date;
use cartola_store::contract::copying::{comes_back, fill, same, what_differs_is_told};
use cartola_store::contract::scene::Scene;
use cartola_store::copying::{Dump, Load, TABLES};
use cartola_store::{Command, StoreErrorKind, Tenancy};
use cartola_store_postgres::copying::{DatabaseDump, DatabaseLoad};
use cartola_store_postgres::test_kit::Database;
use cartola_store_postgres::{OpenError, Options, PostgresStore};

use crate::support::Kept;

/// A database with rows in every table, which nobody uses.
async fn filled() -> Database {
    let kept = Kept::new().await;
    fill(&kept.backend()).await;
    // One movement is that old.
    let options = kept.database.options();
    PostgresStore::forget_before(&options, date(2000, 1, 1), &mut |_| {})
        .await
        .expect("it is forgotten");
    kept.database
}

async fn dump(database: &Database) -> DatabaseDump {
    DatabaseDump::open(&database.options()).await.expect("a database that nobody uses")
}

async fn load(database: &Database) -> DatabaseLoad {
    DatabaseLoad::open(&database.options()).await.expect("an empty database that nobody uses")
}

async fn refused(database: &Database) -> StoreErrorKind {
    let options = Options { owner: None, ..database.options() };
    match PostgresStore::open(options).await {
        Ok(_) => panic!("the database was opened"),
        Err(OpenError::Store(error)) => error.kind,
        Err(error) => panic!("{error:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_of_it_comes_back() {
    let (full, empty) = (filled().await, Database::new().await);
    comes_back(&dump(&full).await, &load(&empty).await).await;
    let (one, other) = (full.open().await, empty.open().await);
    assert_eq!(other.tenants().await.expect("a read"), one.tenants().await.expect("a read"));
    // Some rows of the contract are alone where others would name them.
    assert_eq!(other.check().await.expect("a check"), one.check().await.expect("a check"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_copied_goes_on() {
    let (full, empty) = (filled().await, Database::new().await);
    comes_back(&dump(&full).await, &load(&empty).await).await;
    let kept = Kept { store: empty.open().await, database: empty };
    let other = Scene::of_tenant(&kept.backend(), 7).await;
    other.add_movements(2).await;
    other.apply(Command::EnqueueJob(other.make.job())).await;
    let keys = kept.backend().store.signing_keys().await.expect("a read");
    let next = cartola_store::signing_keys::SigningKeyRow {
        id: "three".to_owned(),
        ..keys.first().expect("a key").clone()
    };
    let newest = keys.iter().rfind(|key| key.algorithm == next.algorithm).map(|it| it.id.clone());
    kept.backend().store.add_signing_key(next, newest).await.expect("its number is free");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn differences_are_told() {
    what_differs_is_told(&dump(&filled().await).await).await;
}

/// Whoever adds a column says in the catalogue of tables what it is.
#[tokio::test]
async fn every_column_is_copied() {
    // Kept by each installation for itself, or following from other tables.
    const OTHERWISE: [&str; 5] =
        ["schema_version", "installation", "movement_key", "job_turn", "pacing"];
    let database = Database::new().await;
    let url = database.server.url("postgres", &database.name);
    let (client, connection) =
        tokio_postgres::connect(url.expose(), tokio_postgres::NoTls).await.expect("a connection");
    tokio::spawn(connection);
    let columns = "SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a \
        ON a.attrelid = c.oid WHERE c.relnamespace = 'cartola'::regnamespace \
        AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped";
    let rows = client.query(columns, &[]).await.expect("the columns");
    let is_ours = |name: &String| !OTHERWISE.iter().any(|it| name.starts_with(&format!("{it}.")));
    let is_copied = |name: &String| {
        is_ours(name) && !name.starts_with("job_open.") && name != "archive.kept_at"
    };
    let present: BTreeSet<String> = rows.iter().map(|row| row.get(0)).filter(is_copied).collect();
    let listed = TABLES
        .iter()
        .flat_map(|table| table.names().map(move |name| format!("{}.{name}", table.name)));
    assert_eq!(listed.filter(is_ours).collect::<BTreeSet<_>>(), present);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_was_not_ended_is_refused_until_it_is_begun_again() {
    let (full, target) = (filled().await, Database::new().await);
    let source = dump(&full).await;
    let begun = load(&target).await;
    begun.begin().await.expect("a copy begins");
    for table in TABLES {
        let mut rows = source.rows(table).await.expect("a table");
        let batch = rows.batch().await.expect("some rows").expect("there are some");
        begun.add(table, batch).await.expect("rows are added");
    }
    assert_eq!(refused(&target).await, StoreErrorKind::Busy, "it is under way");
    drop(begun);
    let again = load(&target).await;
    drop(again);
    let unfinished = DatabaseDump::open(&target.options()).await.err().expect("it is not whole");
    let OpenError::Store(unfinished) = unfinished else { panic!("{unfinished:?}") };
    assert_eq!(unfinished.kind, StoreErrorKind::Unfinished);
    let again = load(&target).await;
    comes_back(&source, &again).await;
    drop(again);
    same(&dump(&target).await, &source).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_holds_tenants_is_refused() {
    let error = DatabaseLoad::open(&filled().await.options()).await.err().expect("it has tenants");
    let OpenError::Store(error) = error else { panic!("{error:?}") };
    assert_eq!(error.kind, StoreErrorKind::Conflict);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_in_use_is_refused_and_its_users_are_named() {
    let database = Database::new().await;
    let options = Options { owner: None, process: "serve", ..database.options() };
    let store = Arc::new(PostgresStore::open(options).await.expect("a store"));
    for error in [
        DatabaseDump::open(&database.options()).await.err().expect("it is in use"),
        DatabaseLoad::open(&database.options()).await.err().expect("it is in use"),
    ] {
        let said = error.to_string();
        assert!(matches!(error, OpenError::InUse(_)), "{said}");
        let named = format!("cartola serve {}@", std::process::id());
        assert!(said.contains(&named), "{said}");
    }
    store.tenants().await.expect("whoever uses it goes on");
    drop(store);
    let _alone = load(&database).await;
    assert_eq!(refused(&database).await, StoreErrorKind::Busy);
}
