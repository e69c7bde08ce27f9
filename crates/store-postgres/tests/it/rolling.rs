//! Programs of two versions on one database, where the schema of the later one has more.

use cartola_store::{StoreErrorKind, Tenancy};
use cartola_store_postgres::test_kit::{Database, later};
use cartola_store_postgres::{Migration, OpenError, Options, PostgresStore, SCHEMA, Schema, Step};
use tokio_postgres::NoTls;

use crate::support::{Kept, statement};

const WIDER: Migration = Migration {
    name: "wider",
    sql: "ALTER TABLE tenant ADD COLUMN color text",
    step: Step::Expand,
};

/// Takes away what the program before [`WIDER`] would use.
const NARROWER: Migration = Migration {
    name: "narrower",
    sql: "ALTER TABLE balance DROP COLUMN currency",
    step: Step::Contract { oldest: SCHEMA + 1 },
};

fn owner_of(database: &Database, schema: Schema) -> Options {
    Options { schema, ..database.options() }
}

/// A process that serves and knows a schema.
async fn serve(database: &Database, schema: Schema) -> Result<PostgresStore, OpenError> {
    let options = Options { owner: None, process: "serve", ..owner_of(database, schema) };
    PostgresStore::open(options).await
}

async fn version(database: &Database) -> i64 {
    let version = "SELECT version::bigint FROM cartola.schema_version";
    database.server.count(&database.name, version).await
}

fn number(schema: usize) -> i64 {
    i64::try_from(schema).expect("a small number")
}

/// What a contraction says that has to wait.
fn named(error: OpenError) -> Vec<String> {
    let OpenError::Alive { number, name, oldest, processes } = error else { panic!("{error:?}") };
    assert_eq!((number, name, oldest), (SCHEMA + 2, NARROWER.name, SCHEMA + 1));
    processes.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_adds_is_applied_while_older_programs_serve_and_they_start_again() {
    let kept = Kept::new().await;
    let scene = kept.scene().await;
    let wider = later(&[WIDER]);
    PostgresStore::migrate(&owner_of(&kept.database, wider)).await.expect("nothing is in the way");
    assert_eq!(version(&kept.database).await, number(SCHEMA + 1));
    scene.commit(statement(&scene, 2)).await;
    let again = serve(&kept.database, Schema::OURS).await.expect("it is supported");
    assert_eq!(again.tenants().await.expect("a read").len(), 1);
    let newer = serve(&kept.database, wider).await.expect("it is its own schema");
    assert_eq!(newer.tenants().await.expect("a read").len(), 1);
    // Whoever knows less brings nothing up to date.
    let refused = PostgresStore::migrate(&owner_of(&kept.database, Schema::OURS)).await;
    let Err(OpenError::Store(error)) = refused else { panic!("{refused:?}") };
    assert_eq!(error.kind, StoreErrorKind::TooNew);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_takes_away_waits_for_older_programs_and_names_them() {
    let database = Database::new().await;
    let narrower = later(&[WIDER, NARROWER]);
    let older = serve(&database, Schema::OURS).await.expect("a store");
    let owner = owner_of(&database, narrower);
    let planned = PostgresStore::plan(&owner).await.expect("a plan").steps;
    let [first, second] = planned.as_slice() else { panic!("{planned:?}") };
    assert_eq!((first.number, first.name, first.waits_for.len()), (SCHEMA + 1, "wider", 0));
    let process = format!("cartola serve {}@", std::process::id());
    assert!(second.waits_for[0].name.starts_with(&process), "{second:?}");
    assert_eq!(version(&database).await, number(SCHEMA), "a plan changes nothing");

    let refused = PostgresStore::migrate(&owner).await.expect_err("the older one is alive");
    let alive = named(refused);
    assert_eq!(alive.len(), 1, "{alive:?}");
    assert!(alive[0].starts_with(&process), "{alive:?}");
    assert!(alive[0].ends_with(&format!("(schema {SCHEMA})")), "{alive:?}");
    assert_eq!(version(&database).await, number(SCHEMA + 1), "what adds is applied");
    assert_eq!(older.tenants().await.expect("a read"), []);

    let newer = serve(&database, narrower).await.expect("it need not wait for what goes later");
    drop(older);
    PostgresStore::migrate(&owner).await.expect("nobody is in the way any more");
    assert_eq!(version(&database).await, number(SCHEMA + 2));
    assert_eq!(newer.tenants().await.expect("a read"), []);
    let refused = serve(&database, Schema::OURS).await.err().expect("it knows too little");
    let OpenError::Store(error) = refused else { panic!("{refused:?}") };
    assert_eq!(error.kind, StoreErrorKind::TooNew);
    serve(&database, later(&[WIDER])).await.expect("it is supported");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_does_not_say_what_he_knows_is_in_the_way_too() {
    let database = Database::new().await;
    let url = database.server.url("cartola_app", &database.name);
    let (client, connection) =
        tokio_postgres::connect(url.expose(), NoTls).await.expect("a connection");
    let connected = tokio::spawn(connection);
    client.batch_execute("SET application_name = cartola").await.expect("a name");
    let owner = owner_of(&database, later(&[WIDER, NARROWER]));
    let refused = PostgresStore::migrate(&owner).await.expect_err("somebody is alive");
    assert_eq!(named(refused), ["cartola (it does not say for which schema)"]);
    drop(client);
    connected.await.expect("a connection").expect("its end");
    PostgresStore::migrate(&owner).await.expect("nobody is in the way any more");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_is_lost_does_not_come_back_to_a_schema_that_left_it() {
    let database = Database::new().await;
    let older = serve(&database, Schema::OURS).await.expect("a store");
    older.tenants().await.expect("a read");
    let gone = format!(
        "UPDATE cartola.schema_version SET version = {0}, oldest_supported = {0}; \
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'cartola_app' \
         AND datname = current_database()",
        SCHEMA + 2
    );
    database.server.execute(&database.name, &[&gone]).await;
    let mut refused = older.tenants().await.expect_err("its connections are gone");
    // The first one may still be the lost connection.
    for _ in 0..3 {
        refused = older.tenants().await.expect_err("no connection is admitted");
    }
    let said = crate::support::told(&refused);
    assert!(said.contains("this program knows up to"), "{said}");
}
