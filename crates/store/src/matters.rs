//! Matters: what people ask of whoever keeps their data, and breaches of it.

use async_trait::async_trait;
use cartola_crypto::{Digest, Place, Sealed};
use cartola_model::{MatterKind, MatterState};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{MatterId, PersonId, TenantId};

use crate::{Page, StoreError};

/// A matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterRow {
    /// Its id.
    pub id: MatterId,
    /// What it is about.
    pub kind: MatterKind,
    /// Whose request it is, where anything of theirs is kept.
    pub person: Option<PersonId>,
    /// Keyed digest of the RUT of who asks, by which they are found however little is kept of them when
    /// they ask; absent of a breach.
    pub subject: Option<Digest>,
    /// When it came, or was noticed.
    pub opened_at: Timestamp,
    /// What changes.
    pub standing: MatterStanding,
    /// 1 when it is added, and one more with each change.
    pub version: u32,
}

/// How far a matter is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterStanding {
    /// Where it stands.
    pub state: MatterState,
    /// Until when it is to be answered; of one that is [`MatterState::Retained`], when what is kept may
    /// be erased.
    pub due_at: Timestamp,
    /// What was said and done, sealed at [`MatterRow::place`].
    pub content: Sealed,
}

/// A change of a matter.
#[derive(Debug, Clone)]
pub struct MatterChange {
    /// Which.
    pub id: MatterId,
    /// The version the decision was made on.
    pub expected: u32,
    /// How far it is from now on.
    pub standing: MatterStanding,
}

impl MatterRow {
    /// Where its content is sealed.
    pub fn place(tenant: TenantId, id: &MatterId) -> Place<'_> {
        Place { tenant, table: "matter", row: id.as_bytes(), column: "content" }
    }
}

/// Which matters are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MatterFilter {
    /// Of this kind.
    pub kind: Option<MatterKind>,
    /// That stand so.
    pub state: Option<MatterState>,
    /// Of whoever has a RUT of this keyed digest.
    pub subject: Option<Digest>,
}

/// Reads of matters.
#[async_trait]
pub trait Matters: Send + Sync {
    /// The matter of that id.
    async fn matter(&self, tenant: TenantId, id: MatterId)
    -> Result<Option<MatterRow>, StoreError>;

    /// Matters, by id, which is by age; `after` is the last of the page before.
    async fn matters(
        &self,
        tenant: TenantId,
        filter: MatterFilter,
        after: Option<MatterId>,
        limit: usize,
    ) -> Result<Page<MatterRow, MatterId>, StoreError>;
}
