//! Phones, and what people approve on them.
//!
//! Of the phones of a person, one waits for its code at most and one is active at most. Which payees a
//! person has paid by an approved operation is kept apart, so that the first time can be told.

use async_trait::async_trait;
use cartola_crypto::{ContentHash, Digest, Place, Sealed};
use cartola_model::authorization::IdentityProof;
use cartola_model::{
    AuthorizationStanding, AuthorizationState, EnrolmentStanding, EnrolmentState, OperationKind,
};
use cartola_primitives::id::{AuthorizationId, EnrolmentId, PersonId, TenantId};
use cartola_primitives::{Money, Timestamp};

use crate::jobs::Continuation;
use crate::payments::PaymentCase;
use crate::{Page, StoreError};

/// One phone of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRow {
    /// Its id.
    pub id: EnrolmentId,
    /// Whose. Of one person, one enrolment is pending at most, and one active: unique.
    pub person: PersonId,
    /// By what their identity was validated.
    pub proof: IdentityProof,
    /// The hash of what shows it.
    pub evidence: ContentHash,
    /// Keyed digest of the code that a phone takes. Unique.
    pub code: Digest,
    /// When it was begun.
    pub created_at: Timestamp,
    /// What changes.
    pub standing: EnrolmentProgress,
    /// 1 when it is added, and one more with each change.
    pub version: u32,
}

/// How far an enrolment is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentProgress {
    /// Where it stands.
    pub state: EnrolmentState,
    /// Since when.
    pub changed_at: Timestamp,
    /// The phone, sealed at [`EnrolmentRow::phone_place`]; absent until one took the code.
    pub phone: Option<Sealed>,
}

/// A change of an enrolment.
#[derive(Debug, Clone)]
pub struct EnrolmentChange {
    /// Which.
    pub id: EnrolmentId,
    /// The version the decision was made on.
    pub expected: u32,
    /// How far it is from now on.
    pub standing: EnrolmentProgress,
}

impl EnrolmentRow {
    /// Where its phone is sealed.
    pub fn phone_place(tenant: TenantId, id: &EnrolmentId) -> Place<'_> {
        Place { tenant, table: "enrolment", row: id.as_bytes(), column: "phone" }
    }
}

/// An operation that somebody is asked to approve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRow {
    /// Its id.
    pub id: AuthorizationId,
    /// Who is asked.
    pub person: PersonId,
    /// On which phone, and no other.
    pub enrolment: EnrolmentId,
    /// What kind of operation it is.
    pub kind: OperationKind,
    /// Who asked for it: the name of a facade, such as `v1`.
    pub channel: String,
    /// How much moves by it, where money does.
    pub amount: Option<Money>,
    /// What the tenant knows it by.
    pub case: PaymentCase,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The operation and what is shown of it, sealed at [`AuthorizationRow::content_place`].
    pub content: Sealed,
    /// What changes.
    pub standing: AuthorizationProgress,
    /// 1 when it is added, and one more with each change.
    pub version: u32,
}

/// How far an authorization is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationProgress {
    /// Where it stands.
    pub state: AuthorizationState,
    /// Since when.
    pub changed_at: Timestamp,
    /// What the phone signed, sealed at [`AuthorizationRow::signature_place`]; absent until it did.
    pub signature: Option<Sealed>,
    /// What follows once it is decided, or nobody can decide it any more; absent once it does.
    pub continuation: Option<Continuation>,
}

/// A change of an authorization.
#[derive(Debug, Clone)]
pub struct AuthorizationChange {
    /// Which.
    pub id: AuthorizationId,
    /// The version the decision was made on.
    pub expected: u32,
    /// How far it is from now on.
    pub standing: AuthorizationProgress,
}

impl AuthorizationRow {
    /// Where the operation is sealed.
    pub fn content_place(tenant: TenantId, id: &AuthorizationId) -> Place<'_> {
        Place { tenant, table: "authorization", row: id.as_bytes(), column: "content" }
    }

    /// Where what was signed is sealed.
    pub fn signature_place(tenant: TenantId, id: &AuthorizationId) -> Place<'_> {
        Place { tenant, table: "authorization", row: id.as_bytes(), column: "signature" }
    }
}

/// Somebody whom a person has paid by an operation that they approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownPayee {
    /// Who paid.
    pub person: PersonId,
    /// Keyed digest of who was paid.
    pub payee: Digest,
    /// By which operation, the last time.
    pub authorization: AuthorizationId,
    /// When that money had moved.
    pub since: Timestamp,
}

/// Which phones are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EnrolmentFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// That stand so.
    pub standing: Option<EnrolmentStanding>,
    /// That a phone took the code of, and no others.
    pub with_phone: bool,
}

/// Which authorizations are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AuthorizationFilter {
    /// Of this person.
    pub person: Option<PersonId>,
    /// That stand so.
    pub standing: Option<AuthorizationStanding>,
    /// Of this kind.
    pub kind: Option<OperationKind>,
    /// Asked for at this instant or later.
    pub from: Option<Timestamp>,
    /// Asked for before this instant.
    pub before: Option<Timestamp>,
}

/// Reads of phones, and of what is approved on them.
#[async_trait]
pub trait Authorizations: Send + Sync {
    /// The enrolment of that id.
    async fn enrolment(
        &self,
        tenant: TenantId,
        id: EnrolmentId,
    ) -> Result<Option<EnrolmentRow>, StoreError>;

    /// The enrolment of that code, whether or not a phone took it.
    async fn enrolment_of_code(
        &self,
        tenant: TenantId,
        code: &Digest,
    ) -> Result<Option<EnrolmentRow>, StoreError>;

    /// Enrolments, newest first by id; `before` is the last of the page before.
    async fn enrolments(
        &self,
        tenant: TenantId,
        filter: EnrolmentFilter,
        before: Option<EnrolmentId>,
        limit: usize,
    ) -> Result<Page<EnrolmentRow, EnrolmentId>, StoreError>;

    /// The authorization of that id.
    async fn authorization(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
    ) -> Result<Option<AuthorizationRow>, StoreError>;

    /// The authorization of that case.
    async fn authorization_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<AuthorizationRow>, StoreError>;

    /// Authorizations, newest first by id; `before` is the last of the page before.
    async fn authorizations(
        &self,
        tenant: TenantId,
        filter: AuthorizationFilter,
        before: Option<AuthorizationId>,
        limit: usize,
    ) -> Result<Page<AuthorizationRow, AuthorizationId>, StoreError>;

    /// Whether a person has paid somebody by an operation that they approved, at that instant or later.
    async fn knows_payee(
        &self,
        tenant: TenantId,
        person: PersonId,
        payee: &Digest,
        since: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Whom a person has paid by operations that they approved, by payee; as many as
    /// [`crate::page_size`] says.
    async fn known_payees(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Page<KnownPayee, Digest>, StoreError>;

    /// Forgets whom anybody has paid before an instant, and not since; at most a page of them
    /// ([`crate::MAX_PAGE`]). Gives their number, so that the caller knows when to stop.
    async fn forget_payees(&self, before: Timestamp) -> Result<usize, StoreError>;
}

/// How the state of an enrolment is written down.
pub fn written_enrolment(state: &EnrolmentState) -> String {
    serde_json::to_string(state).expect("a state of an enrolment is JSON")
}

/// A state as it was written down under its name; nothing where the two do not agree.
pub fn read_enrolment(name: &str, written: &str) -> Option<EnrolmentState> {
    let state: EnrolmentState = serde_json::from_str(written).ok()?;
    (state.standing().name() == name).then_some(state)
}

/// How the state of an authorization is written down.
pub fn written_authorization(state: &AuthorizationState) -> String {
    serde_json::to_string(state).expect("a state of an authorization is JSON")
}

/// A state as it was written down under its name; nothing where the two do not agree.
pub fn read_authorization(name: &str, written: &str) -> Option<AuthorizationState> {
    let state: AuthorizationState = serde_json::from_str(written).ok()?;
    (state.standing().name() == name).then_some(state)
}
