//! The keys that sign tokens and open messages.

use async_trait::async_trait;
use cartola_crypto::KeyAlgorithm;
use cartola_primitives::Timestamp;
use cartola_store::signing_keys::SigningKeyRow;
use cartola_store::{SigningKeys, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::each;
use crate::value::values;
use crate::vault::read_wrapped;

const KEYS: &str = "SELECT id, algorithm, wrapped_master, wrapped, created_at FROM signing_key \
    ORDER BY sequence";
/// The lock is held to the end of the statement: who waits for it must not look before it has it,
/// so it is taken in a statement of its own within the same transaction.
/// So is the one that keeps the active master key as it is.
const HOLD: &str = "SELECT pg_advisory_xact_lock(hashtextextended('cartola.signing_keys', 0)), \
    pg_advisory_xact_lock_shared(hashtextextended('cartola.master_key', 0))";
const ADD: &str = "INSERT INTO signing_key (id, algorithm, wrapped_master, wrapped, created_at) \
    SELECT $1, $2, $3, $4, $5 WHERE $6::text IS NOT DISTINCT FROM \
    (SELECT id FROM signing_key WHERE algorithm = $2 ORDER BY sequence DESC LIMIT 1) \
    AND NOT EXISTS (SELECT 1 FROM installation_secret \
    WHERE name = 'lookup_key' AND wrapped_master <> $3) RETURNING id";
const FORGET: &str = "DELETE FROM signing_key WHERE created_at < $1 RETURNING id";

#[async_trait]
impl SigningKeys for PostgresStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError> {
        each(&self.of_nobody(KEYS, Vec::new()).await?, read_key)
    }

    async fn add_signing_key(
        &self,
        row: SigningKeyRow,
        newest: Option<String>,
    ) -> Result<(), StoreError> {
        let values = values![
            row.id,
            row.algorithm.name(),
            row.wrapped.master.as_bytes().to_vec(),
            row.wrapped.bytes,
            row.created_at,
            newest,
        ];
        if self.connect().await?.alone_behind(HOLD, ADD, &values).await?.is_empty() {
            return Err(StoreError::conflict("another signing key was added first"));
        }
        Ok(())
    }

    async fn forget_signing_keys(&self, before: Timestamp) -> Result<usize, StoreError> {
        Ok(self.of_nobody(FORGET, values![before]).await?.len())
    }
}

fn read_key(columns: &mut Columns<'_>) -> Result<SigningKeyRow, StoreError> {
    Ok(SigningKeyRow {
        id: columns.text()?.to_owned(),
        algorithm: columns.word(KeyAlgorithm::parse)?,
        wrapped: read_wrapped(columns)?,
        created_at: columns.timestamp()?,
    })
}
