//! Tenants and the credentials by which their programs are known.

use async_trait::async_trait;
use cartola_crypto::{Digest, Sealed};
use cartola_model::Scope;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{CredentialId, TenantId};

use crate::StoreError;

/// A tenant: a company, or a part of one, whose data nobody else sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRow {
    /// Its id.
    pub id: TenantId,
    /// The name that its operator gave it. Unique.
    pub name: String,
    /// Since when.
    pub created_at: Timestamp,
}

/// What a credential is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CredentialKind {
    /// A bearer key.
    ApiKey,
    /// A client secret; the client id is the credential's id.
    ClientSecret,
    /// The secret that signs what we send; sealed, since we must use it ourselves.
    WebhookSecret,
    /// The secret that signs what one subscription is told; sealed, with what the subscription is.
    SubscriptionSecret,
    /// The session of a device, with what it is of, sealed; its secret is what it is renewed with.
    DeviceSession,
}

impl CredentialKind {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ApiKey => "api_key",
            Self::ClientSecret => "client_secret",
            Self::WebhookSecret => "webhook_secret",
            Self::SubscriptionSecret => "subscription_secret",
            Self::DeviceSession => "device_session",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            Self::ApiKey,
            Self::ClientSecret,
            Self::WebhookSecret,
            Self::SubscriptionSecret,
            Self::DeviceSession,
        ];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// A credential. The secret itself is nowhere: only its keyed digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRow {
    /// Its id, shown in lists and in the audit trail.
    pub id: CredentialId,
    /// What it is for.
    pub kind: CredentialKind,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// Keyed digest of the secret. Unique within the tenant.
    pub digest: Digest,
    /// The secret itself, for the kind that we must use ourselves.
    pub sealed: Option<Sealed>,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when, if it was withdrawn or will be.
    pub revoked_at: Option<Timestamp>,
}

impl CredentialRow {
    /// Whether it holds at that instant.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.revoked_at.is_none_or(|until| at < until)
    }
}

/// Reads of tenants and credentials.
#[async_trait]
pub trait Tenancy: Send + Sync {
    /// All tenants, by id. Installations have few.
    async fn tenants(&self) -> Result<Vec<TenantRow>, StoreError>;

    /// One tenant.
    async fn tenant(&self, tenant: TenantId) -> Result<Option<TenantRow>, StoreError>;

    /// The credential with that digest, revoked ones included: the caller decides. Reflects every
    /// commit that was acknowledged before the call, by whichever process.
    async fn credential(
        &self,
        tenant: TenantId,
        digest: &Digest,
    ) -> Result<Option<CredentialRow>, StoreError>;

    /// The credential of that id, otherwise as [`Self::credential`].
    async fn credential_by_id(
        &self,
        tenant: TenantId,
        id: CredentialId,
    ) -> Result<Option<CredentialRow>, StoreError>;

    /// All credentials of a tenant, by id, but sessions of devices: those are people's, and many.
    async fn credentials(&self, tenant: TenantId) -> Result<Vec<CredentialRow>, StoreError>;

    /// Forgets sessions of devices that ended before an instant, of all tenants, those that ended first
    /// and at most [`crate::MAX_PAGE`] of them, and gives their number.
    async fn forget_sessions(&self, before: Timestamp) -> Result<usize, StoreError>;
}
