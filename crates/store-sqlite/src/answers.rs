//! Answers of idempotent calls.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use cartola_store::answers::AnswerRow;
use cartola_store::{Answers, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::Columns;
use crate::rows::first;
use crate::unit::Unit;

const ANSWER: &str = "SELECT key, fingerprint, status, body_key, body_schema, body_sealed, \
    expires_at FROM answer WHERE tenant = ?1 AND key = ?2 AND expires_at > ?3";
const FORGET: &str = "DELETE FROM answer WHERE tenant = ?1 AND expires_at <= ?2";
const ADD: &str = "INSERT INTO answer (tenant, key, fingerprint, status, body_key, body_schema, \
    body_sealed, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";

#[async_trait]
impl Answers for SqliteStore {
    async fn answer(
        &self,
        tenant: TenantId,
        key: &Digest,
        now: Timestamp,
    ) -> Result<Option<AnswerRow>, StoreError> {
        let key = *key;
        self.glance(move |connection| {
            let values = params![tenant.as_bytes(), key.as_bytes(), now.as_microsecond()];
            first(connection, ANSWER, values, read_answer)
        })
        .await
    }
}

pub fn record_answer(unit: &Unit<'_>, row: &AnswerRow) -> Result<(), StoreError> {
    let expired = params![unit.tenant.as_bytes(), unit.at.as_microsecond()];
    unit.execute("forgetting expired answers", FORGET, expired)?;
    let values = params![
        unit.tenant.as_bytes(),
        row.key.as_bytes(),
        row.fingerprint.as_bytes(),
        row.status,
        row.sealed.key.as_bytes(),
        row.sealed.schema,
        row.sealed.bytes,
        row.expires_at.as_microsecond(),
    ];
    unit.execute("recording an answer", ADD, values).map(drop)
}

fn read_answer(columns: &mut Columns<'_>) -> Result<AnswerRow, StoreError> {
    Ok(AnswerRow {
        key: columns.digest()?,
        fingerprint: columns.digest()?,
        status: columns.number()?,
        sealed: columns.sealed()?,
        expires_at: columns.timestamp()?,
    })
}
