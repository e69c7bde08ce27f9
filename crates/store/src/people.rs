//! Persons and companies, and their links to institutions.

use async_trait::async_trait;
use cartola_crypto::{Digest, Sealed};
use cartola_model::{InstitutionId, LinkSource, LinkState};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, LinkId, PersonId, TenantId};

use crate::{Page, StoreError};

/// A person or company, known by RUT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Its id.
    pub id: PersonId,
    /// Keyed digest of the RUT. Unique within the tenant.
    pub lookup: Digest,
    /// RUT and name.
    pub sealed: Sealed,
    /// Since when.
    pub created_at: Timestamp,
    /// Raised at each decision on a matter of theirs.
    pub version: u32,
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// Its id.
    pub id: LinkId,
    /// The institution.
    pub institution: InstitutionId,
    /// Whose data; absent where the source names nobody.
    pub person: Option<PersonId>,
    /// Where its data comes from.
    pub source: LinkSource,
    /// Where it stands.
    pub state: LinkState,
    /// Raised at each change.
    pub version: u32,
}

impl LinkRow {
    /// A link that begins.
    pub const fn begun(
        id: LinkId,
        institution: InstitutionId,
        person: Option<PersonId>,
        source: LinkSource,
        since: Timestamp,
    ) -> Self {
        Self { id, institution, person, source, state: LinkState::Active { since }, version: 1 }
    }
}

/// What a link signs in with. There is at most one for a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkSecretRow {
    /// The link.
    pub link: LinkId,
    /// The consent under which it is used.
    pub mandate: ConsentId,
    /// Since when the institution may not be asked with it, and until when.
    pub barred: Option<Barred>,
    /// Credentials and device, under the data key of the link's person.
    pub sealed: Sealed,
}

/// An institution refused what a link signs in with, or said when to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Barred {
    /// When it said so.
    pub since: Timestamp,
    /// When it may be asked again; absent where only other credentials will do.
    pub until: Option<Timestamp>,
}

/// Reads of persons and links.
#[async_trait]
pub trait People: Send + Sync {
    /// The person of that id.
    async fn person(&self, tenant: TenantId, id: PersonId)
    -> Result<Option<PersonRow>, StoreError>;

    /// The person of that RUT's digest.
    async fn person_by_lookup(
        &self,
        tenant: TenantId,
        lookup: &Digest,
    ) -> Result<Option<PersonRow>, StoreError>;

    /// The link of a person (or of nobody in particular) to an institution through a source.
    /// Unique within the tenant.
    async fn link_of(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: Option<PersonId>,
        source: LinkSource,
    ) -> Result<Option<LinkRow>, StoreError>;

    /// The link of that id.
    async fn link(&self, tenant: TenantId, id: LinkId) -> Result<Option<LinkRow>, StoreError>;

    /// What a link signs in with, unless it never did or that was destroyed.
    async fn link_secret(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<LinkSecretRow>, StoreError>;

    /// Links, by id.
    async fn links(
        &self,
        tenant: TenantId,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<LinkRow, LinkId>, StoreError>;
}
