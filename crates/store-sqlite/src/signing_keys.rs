//! The keys that sign tokens and open messages.

use async_trait::async_trait;
use cartola_crypto::KeyAlgorithm;
use cartola_primitives::Timestamp;
use cartola_store::signing_keys::SigningKeyRow;
use cartola_store::{SigningKeys, StoreError};
use rusqlite::{Connection, Params, params};

use crate::SqliteStore;
use crate::columns::Columns;
use crate::error::Doing;
use crate::rows::all;
use crate::vault::{expect_active, read_wrapped};

const KEYS: &str = "SELECT id, algorithm, wrapped_master, wrapped, created_at FROM signing_key \
    ORDER BY sequence";
/// `IS` and not `=`: where no key is expected and none is there, NULL meets NULL.
const ADD: &str = "INSERT INTO signing_key (id, algorithm, wrapped_master, wrapped, created_at) \
    SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?6 IS \
    (SELECT id FROM signing_key WHERE algorithm = ?2 ORDER BY sequence DESC LIMIT 1)";
const FORGET: &str = "DELETE FROM signing_key WHERE created_at < ?1";

#[async_trait]
impl SigningKeys for SqliteStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError> {
        self.glance(|connection| all(connection, KEYS, [], read_key)).await
    }

    async fn add_signing_key(
        &self,
        row: SigningKeyRow,
        newest: Option<String>,
    ) -> Result<(), StoreError> {
        self.write(1, move |connection| add(connection, &row, newest.as_deref())).await
    }

    async fn forget_signing_keys(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.write(1, move |connection| {
            change(connection, "forgetting signing keys", FORGET, [before.as_microsecond()])
        })
        .await
    }
}

fn add(
    connection: &Connection,
    row: &SigningKeyRow,
    newest: Option<&str>,
) -> Result<(), StoreError> {
    expect_active(connection, &row.wrapped)?;
    let values = params![
        row.id,
        row.algorithm.name(),
        row.wrapped.master.as_bytes(),
        row.wrapped.bytes,
        row.created_at.as_microsecond(),
        newest,
    ];
    match change(connection, "adding a signing key", ADD, values)? {
        0 => Err(StoreError::conflict("another signing key was added first")),
        _ => Ok(()),
    }
}

/// How many rows a statement changed.
fn change(
    connection: &Connection,
    doing: &'static str,
    statement: &'static str,
    values: impl Params,
) -> Result<usize, StoreError> {
    let changed = connection.prepare_cached(statement).and_then(|mut it| it.execute(values));
    changed.doing(doing)
}

fn read_key(columns: &mut Columns<'_>) -> Result<SigningKeyRow, StoreError> {
    Ok(SigningKeyRow {
        id: columns.text()?.to_owned(),
        algorithm: columns.word(KeyAlgorithm::parse)?,
        wrapped: read_wrapped(columns)?,
        created_at: columns.timestamp()?,
    })
}
