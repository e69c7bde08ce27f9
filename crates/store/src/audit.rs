//! The audit trail: one hash chain per tenant, and its anchors.

use async_trait::async_trait;
use cartola_crypto::ChainHash;
use cartola_primitives::id::TenantId;
use cartola_primitives::{Date, Timestamp};

use crate::StoreError;

/// One entry, as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Its place, from 1, without holes.
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// The event as JSON, exactly the bytes that were hashed.
    pub body: String,
    /// The chain's hash up to and with this entry.
    pub hash: ChainHash,
}

/// Where the chain stood when it was signed: once a day, and whenever an operator wants it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnchorRow {
    /// Its place among the tenant's anchors, from 1, without holes.
    pub number: u64,
    /// The last day, in Santiago, that was over or under way when it was made.
    pub day: Date,
    /// The last entry of the chain at that moment.
    pub sequence: u64,
    /// The hash of that entry.
    pub hash: ChainHash,
    /// When it was made.
    pub made_at: Timestamp,
    /// The same, signed: a compact JWS.
    pub signed: String,
}

/// Reads of the audit trail.
#[async_trait]
pub trait Audit: Send + Sync {
    /// Entries after a place, in order.
    async fn audit(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AuditRow>, StoreError>;

    /// Where the chain's end is recorded apart from its entries, so that cutting off the end is
    /// found too: the last sequence and hash, absent for a tenant without entries.
    async fn audit_head(&self, tenant: TenantId) -> Result<Option<(u64, ChainHash)>, StoreError>;

    /// Anchors after a number, in order.
    async fn anchors(
        &self,
        tenant: TenantId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<AnchorRow>, StoreError>;

    /// The last anchor.
    async fn last_anchor(&self, tenant: TenantId) -> Result<Option<AnchorRow>, StoreError>;
}
