//! The second wall between tenants: what the role that serves can see and do behind the store's back.

use cartola_store::contract::fixtures::NOW;
use cartola_store::contract::scene::Scene;
use cartola_store::{Accounts, Command};
use cartola_store_postgres::{OpenError, Options, PostgresStore};
use tokio_postgres::{Client, NoTls};

use cartola_store_postgres::test_kit::Database;

use crate::support::{Kept, statement};

/// A tenant with something in most tables.
async fn full(kept: &Kept, seed: u64) -> Scene {
    let scene = Scene::of_tenant(&kept.backend(), seed).await;
    let unit = statement(&scene, 3)
        .with(Command::AddCredential(scene.make.credential()))
        .with(Command::AddDataKey(scene.make.data_key(None)))
        .with(Command::AddBalances(vec![scene.make.balance(scene.account.id, scene.consent.id)]))
        .with(Command::FeedAccount { link: scene.link.id, account: scene.account.id })
        .with(Command::EnqueueJob(scene.make.job()))
        .with(Command::AddMessage(scene.make.message("https://example.cl/")))
        .with(Command::RecordAnswer(scene.make.answer()));
    scene.commit(unit).await;
    scene
}

/// The role that serves, without the store.
async fn serving(database: &Database) -> Client {
    let url = database.server.url("cartola_app", &database.name);
    let (client, connection) =
        tokio_postgres::connect(url.expose(), NoTls).await.expect("the server answers");
    tokio::spawn(connection);
    client.batch_execute("SET search_path = cartola").await.expect("a setting");
    client
}

/// Tables with a tenant in each row, aside from partitions, which nobody is granted.
async fn tables(client: &Client) -> Vec<String> {
    let query = "SELECT c.relname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
        WHERE c.relnamespace = 'cartola'::regnamespace AND c.relkind IN ('r', 'p') \
        AND NOT c.relispartition AND a.attname = 'tenant' ORDER BY 1";
    let rows = client.query(query, &[]).await.expect("the catalogue");
    rows.iter().map(|row| row.get(0)).collect()
}

/// The tenants of whom the role sees rows in a table, without a condition.
async fn seen(client: &Client, table: &str, tenant: &str) -> Vec<String> {
    let select = format!("SELECT DISTINCT tenant::text FROM {table} ORDER BY 1");
    client.batch_execute("BEGIN").await.expect("a transaction");
    let set = "SELECT set_config('cartola.tenant', $1, true)";
    client.execute(set, &[&tenant]).await.expect("a setting");
    let rows =
        client.query(&select, &[]).await.unwrap_or_else(|error| panic!("{table}: {error:?}"));
    client.batch_execute("COMMIT").await.expect("its end");
    rows.iter().map(|row| row.get::<_, String>(0).replace('-', "")).collect()
}

#[tokio::test]
async fn a_query_without_a_condition_sees_one_tenant() {
    let kept = Kept::new().await;
    let (one, other) = (full(&kept, 1).await, full(&kept, 2).await);
    let client = serving(&kept.database).await;
    let tables = tables(&client).await;
    assert!(tables.len() > 25, "{tables:?}");
    let mut with_rows = 0;
    for table in tables.iter().filter(|table| *table != "job_turn") {
        for scene in [&one, &other] {
            let tenant = scene.make.tenant.hex();
            let seen = seen(&client, table, &tenant).await;
            assert!(seen.is_empty() || seen == [tenant], "{table} shows {seen:?}");
            with_rows += seen.len();
        }
        assert_eq!(seen(&client, table, "").await, <[String; 0]>::default(), "{table}");
    }
    assert!(with_rows > 2 * 15, "most tables have rows: {with_rows}");
}

/// Runs a statement as the role that serves, in a transaction of a tenant, and gives the class of its
/// failure.
async fn refusal(client: &Client, tenant: &str, statement: &str) -> String {
    let transaction = format!("BEGIN; SET LOCAL cartola.tenant = '{tenant}'; {statement}");
    let error = client.batch_execute(&transaction).await.expect_err(statement);
    client.batch_execute("ROLLBACK").await.expect("the connection goes on");
    error.code().unwrap_or_else(|| panic!("{statement}: {error:?}")).code().to_owned()
}

#[tokio::test]
async fn the_role_that_serves_cannot_climb_over() {
    const NOT_ALLOWED: &str = "42501";
    let kept = Kept::new().await;
    let (one, other) = (full(&kept, 1).await, full(&kept, 2).await);
    let (ours, theirs) = (one.make.tenant.hex(), other.make.tenant.hex());
    let client = serving(&kept.database).await;
    for statement in [
        &format!("INSERT INTO tenant (tenant, name, created_at) VALUES ('{theirs}', 'x', 0)"),
        &format!("UPDATE account SET tenant = '{theirs}'"),
        "SELECT * FROM movement_2026_03",
        "UPDATE audit SET body = ''",
        "DELETE FROM audit",
        "UPDATE audit_anchor SET hash = ''",
        "DELETE FROM audit_anchor",
        "DELETE FROM feed",
        "ALTER TABLE movement DISABLE ROW LEVEL SECURITY",
        "DROP POLICY of_tenant ON movement",
        "SET ROLE cartola_owner",
        "CREATE TABLE cartola.own (id integer)",
        "UPDATE schema_version SET version = 0",
        "SELECT * FROM claim_of_tenant(gen_random_uuid(), 1, 0, null, null, 0, 0, 1)",
    ] {
        assert_eq!(refusal(&client, &ours, statement).await, NOT_ALLOWED, "{statement}");
    }
    let changed = client
        .batch_execute(&format!(
            "BEGIN; SET LOCAL cartola.tenant = '{ours}'; UPDATE account SET version = 99; \
             DELETE FROM source; COMMIT"
        ))
        .await;
    changed.expect("its own rows can be changed");
    let account = kept.store.account(other.make.tenant, other.account.id, NOW).await;
    let account = account.expect("a read");
    assert_eq!(account.as_ref(), Some(&other.account), "and nobody else's were");
}

/// Fails unless a store cannot be opened in this role.
async fn check_refused(database: &Database, role: &str) {
    let url = database.server.url(role, &database.name);
    let refused = PostgresStore::open(Options::of(url)).await.err();
    assert!(matches!(refused, Some(OpenError::Role)), "{role}: {refused:?}");
}

#[tokio::test]
async fn a_role_that_the_wall_does_not_hold_is_refused() {
    let database = Database::new().await;
    check_refused(&database, "postgres").await;
    check_refused(&database, "cartola_owner").await;
}
