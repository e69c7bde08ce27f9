//! The consent ledger.

use std::collections::HashSet;

use async_trait::async_trait;
use cartola_crypto::ContentHash;
use cartola_model::{ConsentKind, ConsentState, InstitutionId};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, ConsentSetId, LinkId, PersonId, TenantId};

use crate::{Page, StoreError};

/// A consent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRow {
    /// Its id.
    pub id: ConsentId,
    /// How it came to be.
    pub kind: ConsentKind,
    /// Whose data, where known.
    pub person: Option<PersonId>,
    /// At which institution.
    pub institution: InstitutionId,
    /// Through which link.
    pub link: LinkId,
    /// What for, in the tenant's words.
    pub purpose: String,
    /// Hash of what proves it: the imported file, or the signed mandate.
    pub evidence: ContentHash,
    /// Where it stands.
    pub state: ConsentState,
    /// Raised at each change.
    pub version: u32,
}

/// Consents of which one is enough: a persistent list, so that one more consent for many movements
/// is one row and not a copy. A set holds while any consent on its way to the end does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConsentSetRow {
    /// Its id.
    pub id: ConsentSetId,
    /// The newest consent.
    pub consent: ConsentId,
    /// The others.
    pub rest: Option<ConsentSetId>,
}

/// Reads of consents.
#[async_trait]
pub trait Consents: Send + Sync {
    /// The consent of that id.
    async fn consent(
        &self,
        tenant: TenantId,
        id: ConsentId,
    ) -> Result<Option<ConsentRow>, StoreError>;

    /// Those of the sets that allow anything at `now`.
    async fn holding(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
        now: Timestamp,
    ) -> Result<HashSet<ConsentSetId>, StoreError>;

    /// Those of the sets that are there, in no order.
    async fn consent_sets(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
    ) -> Result<Vec<ConsentSetRow>, StoreError>;

    /// Consents, by id, which is by age; those of one link if asked.
    async fn consents(
        &self,
        tenant: TenantId,
        link: Option<LinkId>,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError>;

    /// Granted consents whose term was over at `now`, of all tenants, the first to end first; at most
    /// [`MAX_PAGE`](crate::MAX_PAGE).
    async fn run_out(&self, now: Timestamp) -> Result<Vec<(TenantId, ConsentId)>, StoreError>;
}
