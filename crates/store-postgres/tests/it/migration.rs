//! Which schemas are served, and how they are brought up to date.

use cartola_store::{StoreErrorKind, Tenancy};
use cartola_store_postgres::{OpenError, Options, PostgresStore, SCHEMA};

use cartola_store_postgres::test_kit::Database;

use crate::support::Kept;

async fn refused(options: Options) -> OpenError {
    match PostgresStore::open(options).await {
        Ok(_) => panic!("the database was opened"),
        Err(error) => error,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_at_once_set_it_up_once() {
    const PROCESSES: usize = 4;
    let database = Database::empty().await;
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..PROCESSES {
        starting.spawn(PostgresStore::open(database.options()));
    }
    for opened in starting.join_all().await {
        let store = opened.expect("the store");
        assert_eq!(store.tenants().await.expect("a read"), []);
    }
}

#[tokio::test]
async fn what_is_up_to_date_stays_as_it_is() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    scene.commit(crate::support::statement(&scene, 3)).await;
    let before = scene.shown().await;
    PostgresStore::migrate(&kept.database.options()).await.expect("nothing to do");
    assert_eq!(scene.shown().await, before);
}

#[tokio::test]
async fn a_newer_schema_that_does_not_support_us_is_refused() {
    let database = Database::new().await;
    let newer = SCHEMA + 1;
    let newer =
        format!("UPDATE cartola.schema_version SET version = {newer}, oldest_supported = {newer}");
    database.server.execute(&database.name, &[&newer]).await;
    for options in [database.options(), Options { owner: None, ..database.options() }] {
        let error = refused(options).await;
        let OpenError::Store(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind, StoreErrorKind::TooNew);
    }
}

#[tokio::test]
async fn an_older_schema_is_refused_without_its_owner() {
    let database = Database::empty().await;
    let error = refused(Options { owner: None, ..database.options() }).await;
    assert!(matches!(error, OpenError::Outdated(0)), "{error:?}");
    let options = Options { owner: None, ..database.options() };
    let error = PostgresStore::migrate(&options).await.expect_err("nobody owns it");
    assert!(matches!(error, OpenError::Owner), "{error:?}");
}
