//! Bringing the schema up to date while others serve.
//!
//! Each migration is applied once, in a transaction of its own that also raises the number. Of
//! several processes that start at once, one applies them and the others wait. A migration gives up
//! rather than keep those who serve waiting for a table. One that takes something away waits until
//! nobody who uses it is alive ([`crate::schema`]).

use std::time::Duration;

use cartola_store::StoreError;
use tokio_postgres::Client;

use crate::OpenError;
use crate::admission::too_new;
use crate::connector::{Connector, Single};
use crate::error::Doing;
use crate::presence::{self, Process};
use crate::schema::{Migration, Schema, Step};

/// The schema that this program writes.
pub const SCHEMA: usize = Schema::OURS.version();

const GRANTS: &str = include_str!("../migrations/grants.sql");

/// How long a step waits for the tables that others use. They wait behind it for as long.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);

const MIGRATING: &str = "bringing the schema of the database up to date";
const LOOKING: &str = "reading the version of the schema";

/// What is to be done to bring a database up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The schema that is there; 0 where there is none.
    pub present: usize,
    /// What is to be applied, in order.
    pub steps: Vec<PlannedStep>,
}

/// A migration that is to be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedStep {
    /// The schema that it leads to.
    pub number: usize,
    /// What it is called.
    pub name: &'static str,
    /// Who goes on meanwhile.
    pub step: Step,
    /// Who must have ended before.
    pub waits_for: Vec<Process>,
}

/// Sets up an empty database, brings an older one up to date, and refuses a newer one. `role` is who
/// serves; it must exist.
pub async fn migrate(owner: &Connector, role: &str, schema: Schema) -> Result<(), OpenError> {
    let Single { client, connection } = owner.connect().await?;
    let connected = tokio::spawn(connection);
    let migrated = migrate_by(&client, role, schema).await;
    drop(client);
    // What it did is committed or undone; how the connection was closed tells nothing.
    drop(connected.await);
    migrated
}

/// Says what [`migrate`] would do now, and changes nothing.
pub async fn plan(owner: &Connector, role: &str, schema: Schema) -> Result<Plan, OpenError> {
    let Single { client, connection } = owner.connect().await?;
    let connected = tokio::spawn(connection);
    let planned = plan_by(&client, role, schema).await;
    drop(client);
    drop(connected.await);
    planned
}

async fn plan_by(client: &Client, role: &str, schema: Schema) -> Result<Plan, OpenError> {
    let present = version(client).await?.unwrap_or(0);
    check_known(present, schema)?;
    let alive = if present == 0 { Vec::new() } else { presence::alive(client, role).await? };
    let planned = |(number, migration): (usize, &Migration)| PlannedStep {
        number,
        name: migration.name,
        step: migration.step,
        waits_for: alive.iter().filter(|it| is_in_the_way(it, migration.step)).cloned().collect(),
    };
    Ok(Plan { present, steps: schema.after(present).map(planned).collect() })
}

fn is_in_the_way(process: &Process, step: Step) -> bool {
    match step {
        Step::Expand => false,
        Step::Contract { oldest } => process.schema.is_none_or(|schema| schema < oldest),
    }
}

async fn migrate_by(client: &Client, role: &str, schema: Schema) -> Result<(), OpenError> {
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
    check_known(present, schema)?;
    let mut applied = Ok(());
    for (number, migration) in schema.after(present) {
        applied = apply(client, role, number, migration).await;
        if applied.is_err() {
            break;
        }
    }
    // What is taken away is granted to nobody: also where that has to wait, the rest is granted.
    if matches!(applied, Ok(()) | Err(OpenError::Alive { .. })) {
        client.batch_execute(&GRANTS.replace(":role", &quoted(role))).await.doing(MIGRATING)?;
    }
    applied
}

async fn apply(
    client: &Client,
    role: &str,
    number: usize,
    migration: &Migration,
) -> Result<(), OpenError> {
    let Migration { name, sql, step } = migration;
    let begin = format!("BEGIN; {sql}; UPDATE schema_version SET version = {number}");
    let Step::Contract { oldest } = *step else {
        return Ok(client.batch_execute(&format!("{begin}; COMMIT")).await.doing(MIGRATING)?);
    };
    let locks = 1..oldest;
    let in_the_way = |process: &Process| is_in_the_way(process, *step);
    let processes = presence::keep_out(client, role, locks.clone(), in_the_way).await?;
    if !processes.is_empty() {
        return Err(OpenError::Alive { number, name, oldest, processes });
    }
    let oldest = format!("oldest_supported = greatest(oldest_supported, {oldest})");
    client.batch_execute(&format!("{begin}, {oldest}; COMMIT")).await.doing(MIGRATING)?;
    Ok(presence::let_in(client, &locks).await?)
}

/// What holds the number that tells the rest.
const BEGINNING: &str = "CREATE SCHEMA IF NOT EXISTS cartola; \
    CREATE TABLE IF NOT EXISTS cartola.schema_version ( \
    only_row boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_row), \
    version integer NOT NULL); \
    INSERT INTO cartola.schema_version (version) VALUES (0) ON CONFLICT DO NOTHING";

/// The version of the schema; absent in a database that has none of ours.
pub async fn version(client: &Client) -> Result<Option<usize>, StoreError> {
    const THERE: &str = "SELECT to_regclass('cartola.schema_version') IS NOT NULL";
    const VERSION: &str = "SELECT version FROM cartola.schema_version";
    let there: bool = client.query_one(THERE, &[]).await.doing(LOOKING)?.get(0);
    if !there {
        return Ok(None);
    }
    let version: i32 = client.query_one(VERSION, &[]).await.doing(LOOKING)?.get(0);
    usize::try_from(version).map(Some).map_err(|_| StoreError::corrupt(LOOKING))
}

fn check_known(present: usize, schema: Schema) -> Result<(), StoreError> {
    if present > schema.version() { Err(too_new(present, schema)) } else { Ok(()) }
}

fn quoted(role: &str) -> String {
    format!("\"{}\"", role.replace('"', "\"\""))
}
