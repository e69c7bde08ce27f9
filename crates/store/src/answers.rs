//! Answers of idempotent calls.

use async_trait::async_trait;
use cartola_crypto::{Digest, Sealed};
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;

use crate::StoreError;

/// The answer that a call with an idempotency key got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// Keyed digest of route and idempotency key. Unique within the tenant until it expires.
    pub key: Digest,
    /// Keyed digest of what was asked.
    pub fingerprint: Digest,
    /// HTTP status of the answer.
    pub status: u16,
    /// Its body.
    pub sealed: Sealed,
    /// When it is forgotten.
    pub expires_at: Timestamp,
}

/// Reads of answers.
#[async_trait]
pub trait Answers: Send + Sync {
    /// The answer under that key, unless it has expired by `now`.
    async fn answer(
        &self,
        tenant: TenantId,
        key: &Digest,
        now: Timestamp,
    ) -> Result<Option<AnswerRow>, StoreError>;
}
