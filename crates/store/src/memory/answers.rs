use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;

use super::MemoryStore;
use super::tables::{Tables, add};
use crate::answers::AnswerRow;
use crate::{Answers, StoreError};

#[async_trait]
impl Answers for MemoryStore {
    async fn answer(
        &self,
        tenant: TenantId,
        key: &Digest,
        now: Timestamp,
    ) -> Result<Option<AnswerRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.answers.get(key).filter(|row| now < row.expires_at).cloned())
    }
}

pub fn record_answer(tables: &mut Tables, row: AnswerRow, at: Timestamp) -> Result<(), StoreError> {
    Arc::make_mut(&mut tables.answers).retain(|_, known| at < known.expires_at);
    add(&mut tables.answers, row.key, row)
}
