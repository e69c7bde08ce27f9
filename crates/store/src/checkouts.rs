//! Checkouts.

use async_trait::async_trait;
use cartola_crypto::{Digest, Place, Sealed};
use cartola_model::CheckoutState;
use cartola_primitives::id::{CheckoutId, TenantId};
use cartola_primitives::{Money, Timestamp};

use crate::StoreError;
use crate::jobs::Continuation;
use crate::payments::PaymentCase;

/// A checkout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutRow {
    /// Its id.
    pub id: CheckoutId,
    /// Keyed digest of the token that opens its page. Unique.
    pub token: Digest,
    /// What the tenant knows it by.
    pub case: PaymentCase,
    /// How much.
    pub amount: Money,
    /// What else the tenant said of it, sealed at [`CheckoutRow::order_place`].
    pub order: Sealed,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// From then on no payment is begun.
    pub expires_at: Timestamp,
    /// What changes.
    pub standing: CheckoutProgress,
    /// 1 when it is added, and one more with each change.
    pub version: u32,
}

/// How far a checkout is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutProgress {
    /// Where it stands.
    pub state: CheckoutState,
    /// Since when.
    pub changed_at: Timestamp,
    /// What follows once it has ended; absent once it does.
    pub continuation: Option<Continuation>,
}

/// A change of a checkout.
#[derive(Debug, Clone)]
pub struct CheckoutChange {
    /// Which.
    pub id: CheckoutId,
    /// The version the decision was made on.
    pub expected: u32,
    /// How far it is from now on.
    pub standing: CheckoutProgress,
}

impl CheckoutRow {
    /// Where its order is sealed.
    pub fn order_place(tenant: TenantId, id: &CheckoutId) -> Place<'_> {
        Place { tenant, table: "checkout", row: id.as_bytes(), column: "order" }
    }
}

/// Reads of checkouts.
#[async_trait]
pub trait Checkouts: Send + Sync {
    /// The checkout of that id.
    async fn checkout(
        &self,
        tenant: TenantId,
        id: CheckoutId,
    ) -> Result<Option<CheckoutRow>, StoreError>;

    /// The checkout whose page that token opens.
    async fn checkout_of_token(
        &self,
        tenant: TenantId,
        token: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError>;

    /// The checkout of that case.
    async fn checkout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError>;
}

/// How a state is written down.
pub fn written_state(state: &CheckoutState) -> String {
    serde_json::to_string(state).expect("a state of a checkout is JSON")
}

/// A state as it was written down under its name; nothing where the two do not agree.
pub fn read_state(name: &str, written: &str) -> Option<CheckoutState> {
    let state: CheckoutState = serde_json::from_str(written).ok()?;
    (state.standing().name() == name).then_some(state)
}
