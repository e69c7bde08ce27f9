//! Answers of idempotent calls.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use cartola_store::answers::AnswerRow;
use cartola_store::{Answers, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::unit::Unit;
use crate::value::{Value, values};

const ANSWER: &str = "SELECT key, fingerprint, status, body_key, body_schema, body_sealed, \
    expires_at FROM answer WHERE tenant = $1 AND key = $2 AND expires_at > $3";
const FORGET: &str = "DELETE FROM answer WHERE tenant = $1 AND expires_at <= $2";
const ADD: &str = "INSERT INTO answer (tenant, key, fingerprint, status, body_key, body_schema, \
    body_sealed, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

#[async_trait]
impl Answers for PostgresStore {
    async fn answer(
        &self,
        tenant: TenantId,
        key: &Digest,
        now: Timestamp,
    ) -> Result<Option<AnswerRow>, StoreError> {
        self.first(tenant, ANSWER, values![&tenant, key, now], read_answer).await
    }
}

pub fn record_answer(unit: &mut Unit, row: &AnswerRow) {
    unit.execute("forgetting expired answers", FORGET, values![&unit.tenant, unit.at]);
    let mut values = values![&unit.tenant, &row.key, &row.fingerprint, row.status];
    values.extend(Value::sealed(Some(&row.sealed)));
    values.push(row.expires_at.into());
    unit.execute("recording an answer", ADD, values);
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
