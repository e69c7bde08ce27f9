//! Payments.

use async_trait::async_trait;
use cartola_crypto::{Digest, Place, Sealed};
use cartola_model::{EndToEndId, InstitutionId, PaymentStanding, PaymentState};
use cartola_primitives::id::{ConsentId, LinkId, PaymentId, PersonId, TenantId};
use cartola_primitives::{Money, Timestamp};

use crate::jobs::Continuation;
use crate::{Page, StoreError};

/// A payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRow {
    /// Its id.
    pub id: PaymentId,
    /// The customer's bank.
    pub institution: InstitutionId,
    /// Who pays.
    pub person: Option<PersonId>,
    /// Through which link the bank is asked.
    pub link: LinkId,
    /// What allows it.
    pub mandate: ConsentId,
    /// How much.
    pub amount: Money,
    /// What the bank knows it by. Unique.
    pub end_to_end: EndToEndId,
    /// What the tenant knows it by.
    pub case: PaymentCase,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// What changes.
    pub standing: PaymentProgress,
    /// 1 when it is added, and one more with each change.
    pub version: u32,
}

/// What a tenant knows a payment by, so that asking twice is asking once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentCase {
    /// Keyed digest of the tenant's id of the case. Unique.
    pub key: Digest,
    /// Keyed digest of what was asked.
    pub fingerprint: Digest,
}

/// How far a payment is, and what is still needed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentProgress {
    /// Where it stands.
    pub state: PaymentState,
    /// Since when.
    pub changed_at: Timestamp,
    /// Who is paid and from which account, sealed at [`PaymentRow::order_place`].
    pub order: Sealed,
    /// What signs the customer in, sealed at [`PaymentRow::credentials_place`]; absent once it has
    /// ended.
    pub credentials: Option<Sealed>,
    /// By what the customer's answer is taken; absent where there is nothing to answer.
    pub page: Option<PaymentPage>,
    /// What the bank calls it, where it has told.
    pub bank_reference: Option<String>,
    /// What follows once it has ended; absent once it does.
    pub continuation: Option<Continuation>,
}

/// A page on which one answer is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentPage {
    /// Keyed digest of its token. Unique.
    pub digest: Digest,
    /// Until when it is of use.
    pub expires_at: Timestamp,
}

/// A change of a payment.
#[derive(Debug, Clone)]
pub struct PaymentChange {
    /// Which.
    pub id: PaymentId,
    /// The version the decision was made on.
    pub expected: u32,
    /// How far it is from now on.
    pub standing: PaymentProgress,
}

impl PaymentRow {
    /// Where its order is sealed.
    pub fn order_place(tenant: TenantId, id: &PaymentId) -> Place<'_> {
        Place { tenant, table: "payment", row: id.as_bytes(), column: "order" }
    }

    /// Where its credentials are sealed.
    pub fn credentials_place(tenant: TenantId, id: &PaymentId) -> Place<'_> {
        Place { tenant, table: "payment", row: id.as_bytes(), column: "credentials" }
    }
}

/// Reads of payments.
#[async_trait]
pub trait Payments: Send + Sync {
    /// The payment of that id.
    async fn payment(
        &self,
        tenant: TenantId,
        id: PaymentId,
    ) -> Result<Option<PaymentRow>, StoreError>;

    /// The payment of that case.
    async fn payment_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError>;

    /// The payment that waits for an answer on that page.
    async fn payment_of_page(
        &self,
        tenant: TenantId,
        page: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError>;

    /// Payments, by id, which is by age; those that stand so if asked.
    async fn payments(
        &self,
        tenant: TenantId,
        standing: Option<PaymentStanding>,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Page<PaymentRow, PaymentId>, StoreError>;
}

/// How a state is written down.
pub fn written_state(state: &PaymentState) -> String {
    serde_json::to_string(state).expect("a state of a payment is JSON")
}

/// A state as it was written down under its name; nothing where the two do not agree.
pub fn read_state(name: &str, written: &str) -> Option<PaymentState> {
    let state: PaymentState = serde_json::from_str(written).ok()?;
    (state.standing().name() == name).then_some(state)
}
