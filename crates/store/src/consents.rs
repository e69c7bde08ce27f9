//! The consent ledger.

use std::collections::HashSet;

use async_trait::async_trait;
use cartola_crypto::ContentHash;
use cartola_model::{ConsentData, ConsentKind, ConsentState, InstitutionId};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, ConsentSetId, LinkId, PersonId, TenantId};

use crate::{Page, StoreError};

/// Names the format of [`ConsentRow::digest`].
const DIGEST_LABEL: &str = "cartola/consent/v1";

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
    /// Who receives the data beside the tenant, where somebody does.
    pub recipient: Option<String>,
    /// Which data; absent where it is all that the institution tells, or that the file holds.
    pub data: Option<ConsentData>,
    /// Where it stands.
    pub state: ConsentState,
    /// Raised at each change.
    pub version: u32,
}

impl ConsentRow {
    /// The SHA-256 of all that the row says, for the audit trail: of a JSON array, so that no two rows
    /// are written alike. Instants are microseconds, which is what stores keep.
    pub fn digest(&self, tenant: TenantId) -> ContentHash {
        let (name, at, end) = match self.state {
            ConsentState::Granted { at, expires_at } => ("granted", at, expires_at),
            ConsentState::Suspended { granted_at, expires_at } => {
                ("suspended", granted_at, expires_at)
            }
            ConsentState::Revoked { granted_at, at } => ("revoked", granted_at, Some(at)),
            ConsentState::Expired { granted_at, at } => ("expired", granted_at, Some(at)),
        };
        let written = serde_json::to_vec(&(
            (DIGEST_LABEL, tenant, self.id, self.kind.name(), self.person),
            (self.institution.as_str(), self.link, &self.purpose, self.evidence),
            (&self.recipient, self.data.map(ConsentData::names)),
            (name, at.as_microsecond(), end.map(Timestamp::as_microsecond), self.version),
        ));
        ContentHash::of(&written.expect("ids, words and numbers are JSON"))
    }
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

/// A consent whose term is over: the first to end is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RanOut {
    /// When its term was over.
    pub ended_at: Timestamp,
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub id: ConsentId,
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

    /// All sets, by id, which is by age.
    async fn all_consent_sets(
        &self,
        tenant: TenantId,
        after: Option<ConsentSetId>,
        limit: usize,
    ) -> Result<Page<ConsentSetRow, ConsentSetId>, StoreError>;

    /// Consents, by id, which is by age; those of one link if asked.
    async fn consents(
        &self,
        tenant: TenantId,
        link: Option<LinkId>,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError>;

    /// The mandate of each of the links, in no order: the consent that what it signs in with stands on, and of
    /// one that keeps nothing to sign in with the last one that ended, but for those of the purposes `beside`.
    /// Nothing of a link that has neither.
    async fn mandates_of_links(
        &self,
        tenant: TenantId,
        links: Vec<LinkId>,
        beside: &'static [&'static str],
    ) -> Result<Vec<ConsentRow>, StoreError>;

    /// A person's consents, by id.
    async fn consents_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError>;

    /// Granted and suspended consents whose term was over at `now`, of all tenants, in the order of
    /// [`RanOut`], those after one if asked; at most [`MAX_PAGE`](crate::MAX_PAGE).
    async fn run_out(
        &self,
        now: Timestamp,
        after: Option<RanOut>,
    ) -> Result<Vec<RanOut>, StoreError>;
}
