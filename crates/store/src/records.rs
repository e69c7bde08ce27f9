//! Records: what institutions told of products as a whole.

use async_trait::async_trait;
use cartola_crypto::{Digest, Place, Sealed};
use cartola_model::RecordKind;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ArchiveId, ConsentId, LinkId, RecordId, TenantId};

use crate::{Page, StoreError};

/// What an institution told of one product, through one link under one consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    /// Its id.
    pub id: RecordId,
    /// Through which link.
    pub link: LinkId,
    /// Of which product.
    pub kind: RecordKind,
    /// The version of its shape.
    pub version: u16,
    /// What allows it to be shown.
    pub consent: ConsentId,
    /// The sealed answers that told it first.
    pub archive: ArchiveId,
    /// Keyed digest of the content: equal ones say the same.
    pub digest: Digest,
    /// When the institution was asked first that told this.
    pub first_read_at: Timestamp,
    /// When it was asked last and still told the same.
    pub last_read_at: Timestamp,
    /// The content.
    pub sealed: Sealed,
}

impl RecordRow {
    /// Where the content is sealed.
    pub fn place(tenant: TenantId, id: &RecordId) -> Place<'_> {
        Place { tenant, table: "record", row: id.as_bytes(), column: "content" }
    }
}

/// Which records are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordFilter {
    /// Of this link.
    pub link: Option<LinkId>,
    /// Of this product.
    pub kind: Option<RecordKind>,
}

/// Reads of records. One whose consent does not hold at `now` is not there.
#[async_trait]
pub trait Records: Send + Sync {
    /// The record of that id.
    async fn record(
        &self,
        tenant: TenantId,
        id: RecordId,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError>;

    /// The newest record of a product that was read through a link under a consent, whether or not
    /// that holds: what the next one is compared with.
    async fn last_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        consent: ConsentId,
    ) -> Result<Option<RecordRow>, StoreError>;

    /// The newest record of a product that was read through a link.
    async fn newest_record(
        &self,
        tenant: TenantId,
        link: LinkId,
        kind: RecordKind,
        now: Timestamp,
    ) -> Result<Option<RecordRow>, StoreError>;

    /// Records, newest first by id; `before` is the last of the page before.
    async fn records(
        &self,
        tenant: TenantId,
        filter: RecordFilter,
        now: Timestamp,
        before: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError>;
}
