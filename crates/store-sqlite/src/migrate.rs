//! Which stores this program opens, and how it brings older ones up to date.
//!
//! A migration is a numbered file, applied once, in a transaction of its own that also raises
//! `user_version`. `application_id` tells our files from others'.
//!
//! A newer schema is refused, whatever it has changed: one process serves a folder and brings it up to
//! date when it opens it, so that no two versions ever need one schema. A migration may therefore make
//! a table anew, as 0006 does, which the shared store must not.

use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::{Connection, TransactionBehavior};

use crate::error::Doing;
use crate::pragmas::prepare_file;

/// "Cart" in ASCII: marks a SQLite file as one of ours.
pub const APPLICATION_ID: i32 = 0x4361_7274;

/// The schema that this program writes.
pub const SCHEMA: usize = MIGRATIONS.len();

/// All migrations, in order. One that was released is never changed.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_queue.sql"),
    include_str!("../migrations/0003_link_secrets.sql"),
    include_str!("../migrations/0004_signing_keys.sql"),
    include_str!("../migrations/0005_asking.sql"),
    include_str!("../migrations/0006_sightings.sql"),
    include_str!("../migrations/0007_records.sql"),
    include_str!("../migrations/0008_lanes.sql"),
    include_str!("../migrations/0009_retention.sql"),
    include_str!("../migrations/0010_consents_of_links.sql"),
    include_str!("../migrations/0011_waits.sql"),
    include_str!("../migrations/0012_payments.sql"),
    include_str!("../migrations/0013_checkouts.sql"),
    include_str!("../migrations/0014_terms.sql"),
    include_str!("../migrations/0015_quotas.sql"),
    include_str!("../migrations/0016_payouts.sql"),
    include_str!("../migrations/0017_authorizations.sql"),
    include_str!("../migrations/0018_instructions.sql"),
    include_str!("../migrations/0019_compliance.sql"),
    include_str!("../migrations/0020_sessions.sql"),
    include_str!("../migrations/0021_subjects.sql"),
    include_str!("../migrations/0022_runs.sql"),
];

/// Sets up a new file, brings an older one up to date, and refuses what it does not know.
pub fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let present = version(connection)?;
    prepare_file(connection)?;
    for (number, migration) in (1..).zip(MIGRATIONS).skip(present) {
        apply(connection, number, migration)?;
    }
    Ok(())
}

/// The version of the schema; 0 for an empty file.
pub fn version(connection: &Connection) -> Result<usize, StoreError> {
    let application = number(connection, "SELECT application_id FROM pragma_application_id")?;
    let version = number(connection, "SELECT user_version FROM pragma_user_version")?;
    let tables = number(connection, "SELECT count(*) FROM sqlite_schema")?;
    match (application, usize::try_from(version)) {
        (0, Ok(0)) if tables == 0 => Ok(0),
        (ours, Ok(version @ 1..=SCHEMA)) if ours == i64::from(APPLICATION_ID) => Ok(version),
        (ours, Ok(version)) if ours == i64::from(APPLICATION_ID) => Err(StoreError::new(
            StoreErrorKind::TooNew,
            format!("the store has schema {version}, this program knows up to {SCHEMA}"),
        )),
        _ => Err(StoreError::corrupt("the file is a SQLite database, but not one of Cartola's")),
    }
}

fn apply(connection: &mut Connection, number: usize, sql: &str) -> Result<(), StoreError> {
    const APPLYING: &str = "applying a migration";
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).doing(APPLYING)?;
    transaction.execute_batch(sql).doing(APPLYING)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID).doing(APPLYING)?;
    transaction
        .pragma_update(None, "user_version", i64::try_from(number).unwrap_or(i64::MAX))
        .doing(APPLYING)?;
    transaction.commit().doing(APPLYING)
}

fn number(connection: &Connection, query: &str) -> Result<i64, StoreError> {
    connection.query_row(query, [], |row| row.get(0)).doing("reading the version of the store")
}
