use async_trait::async_trait;
use cartola_primitives::Timestamp;

use super::MemoryStore;
use super::vault::expect_active;
use crate::signing_keys::SigningKeyRow;
use crate::{SigningKeys, StoreError};

#[async_trait]
impl SigningKeys for MemoryStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, StoreError> {
        Ok(self.lock().signing_keys.clone())
    }

    async fn add_signing_key(
        &self,
        row: SigningKeyRow,
        newest: Option<String>,
    ) -> Result<(), StoreError> {
        let mut state = self.lock();
        state.fail_if_asked()?;
        expect_active(&state, &row.wrapped)?;
        let keys = &mut state.signing_keys;
        let present = keys.iter().rev().find(|key| key.algorithm == row.algorithm);
        if present.map(|key| &key.id) != newest.as_ref() || keys.iter().any(|key| key.id == row.id)
        {
            return Err(StoreError::conflict("another signing key was added first"));
        }
        keys.push(row);
        Ok(())
    }

    async fn forget_signing_keys(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut state = self.lock();
        state.fail_if_asked()?;
        let keys = &mut state.signing_keys;
        let known = keys.len();
        keys.retain(|key| key.created_at >= before);
        Ok(known - keys.len())
    }
}
