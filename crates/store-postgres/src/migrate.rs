//! Which schemas this program serves, and how it brings older ones up to date.
//!
//! A migration is a numbered file, applied once, in a transaction of its own that also raises the
//! number. Of several processes that start at once, one applies them and the others wait. Others may
//! serve meanwhile: a migration gives up rather than keep them waiting for a lock, and a file only
//! adds what the version before can live with; what is no longer used goes with a later version.

use std::time::Duration;

use cartola_store::{StoreError, StoreErrorKind};
use tokio_postgres::Client;

use crate::OpenError;
use crate::connector::{Connector, Single};
use crate::error::Doing;

/// The schema that this program writes.
pub const SCHEMA: usize = MIGRATIONS.len();

/// All migrations, in order. One that was released is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_queue.sql"),
    include_str!("../migrations/0003_walls.sql"),
    include_str!("../migrations/0004_lanes.sql"),
    include_str!("../migrations/0005_pacing.sql"),
    include_str!("../migrations/0006_counts.sql"),
];

const GRANTS: &str = include_str!("../migrations/grants.sql");

/// How long a step waits for the tables that others use. They wait behind it for as long.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);

const MIGRATING: &str = "bringing the schema of the database up to date";
const LOOKING: &str = "reading the version of the schema";

/// Sets up an empty database, brings an older one up to date, and refuses a newer one. `role` is who
/// serves; it must exist.
pub async fn migrate(owner: &Connector, role: &str) -> Result<(), StoreError> {
    let Single { client, connection } = owner.connect().await?;
    let connected = tokio::spawn(connection);
    let migrated = migrate_by(&client, role).await;
    drop(client);
    // What it did is committed or undone; how the connection was closed tells nothing.
    drop(connected.await);
    migrated
}

async fn migrate_by(client: &Client, role: &str) -> Result<(), StoreError> {
    // Waiting for another process that migrates is not waiting for a lock of a table.
    client
        .batch_execute(
            "SET lock_timeout = 0; SET statement_timeout = 0; \
             SELECT pg_advisory_lock(hashtextextended('cartola.migrations', 0))",
        )
        .await
        .doing(MIGRATING)?;
    let patience = format!("SET lock_timeout = {}", LOCK_PATIENCE.as_millis());
    client.batch_execute(&patience).await.doing(MIGRATING)?;
    let known = version(client).await?;
    if known.is_none() {
        client.batch_execute(BEGINNING).await.doing(MIGRATING)?;
    }
    let present = known.unwrap_or(0);
    check_known(present)?;
    for (number, migration) in (1..).zip(MIGRATIONS).skip(present) {
        let text =
            format!("BEGIN; {migration}; UPDATE schema_version SET version = {number}; COMMIT");
        client.batch_execute(&text).await.doing(MIGRATING)?;
    }
    client.batch_execute(&GRANTS.replace(":role", &quoted(role))).await.doing(MIGRATING)
}

/// What holds the number that tells the rest.
const BEGINNING: &str = "CREATE SCHEMA IF NOT EXISTS cartola; \
    CREATE TABLE IF NOT EXISTS cartola.schema_version ( \
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row), \
    version integer NOT NULL); \
    INSERT INTO cartola.schema_version (version) VALUES (0) ON CONFLICT DO NOTHING";

/// The version of the schema; absent in a database that has none of ours.
async fn version(client: &Client) -> Result<Option<usize>, StoreError> {
    const THERE: &str = "SELECT to_regclass('cartola.schema_version') IS NOT NULL";
    const VERSION: &str = "SELECT version FROM cartola.schema_version";
    let there: bool = client.query_one(THERE, &[]).await.doing(LOOKING)?.get(0);
    if !there {
        return Ok(None);
    }
    let version: i32 = client.query_one(VERSION, &[]).await.doing(LOOKING)?.get(0);
    usize::try_from(version).map(Some).map_err(|_| StoreError::corrupt(LOOKING))
}

fn check_known(present: usize) -> Result<(), StoreError> {
    if present > SCHEMA {
        let context = format!("the store has schema {present}, this program knows up to {SCHEMA}");
        return Err(StoreError::new(StoreErrorKind::TooNew, context));
    }
    Ok(())
}

/// Refuses to serve a schema of another version, and in a role that row-level security does not
/// hold.
pub async fn check(client: &Client) -> Result<(), OpenError> {
    const SEES_ALL: &str = "SELECT r.rolsuper OR r.rolbypassrls OR \
        pg_has_role(r.oid, (SELECT relowner FROM pg_class \
        WHERE oid = 'cartola.movement'::regclass), 'MEMBER') \
        FROM pg_roles r WHERE r.rolname = current_user";
    let present = match version(client).await {
        Ok(present) => present.unwrap_or(0),
        // The schema is there, and nobody has granted us anything of it.
        Err(error) if error.kind == StoreErrorKind::Misuse => 0,
        Err(error) => return Err(error.into()),
    };
    check_known(present)?;
    if present < SCHEMA {
        return Err(OpenError::Outdated(present));
    }
    let sees_all: bool = client.query_one(SEES_ALL, &[]).await.doing(LOOKING)?.get(0);
    if sees_all { Err(OpenError::Role) } else { Ok(()) }
}

fn quoted(role: &str) -> String {
    format!("\"{}\"", role.replace('"', "\"\""))
}
