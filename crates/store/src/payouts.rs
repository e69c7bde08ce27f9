//! Payouts: what a tenant pays out of an account of its own, one or many at once. Each line is a
//! payment; the row says which they are, and never changes.

use async_trait::async_trait;
use cartola_crypto::{Digest, Place, Sealed};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{PayoutId, TenantId};

use crate::payments::PaymentCase;
use crate::{Page, StoreError};

/// A payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutRow {
    /// Its id.
    pub id: PayoutId,
    /// In which list of its facade it stands, such as `apistore.pagos`.
    pub list: String,
    /// What the tenant knows it by. Unique.
    pub case: PaymentCase,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Who pays, and the lines with their payments, sealed at [`PayoutRow::order_place`].
    pub order: Sealed,
}

impl PayoutRow {
    /// Where its order is sealed.
    pub fn order_place(tenant: TenantId, id: &PayoutId) -> Place<'_> {
        Place { tenant, table: "payout", row: id.as_bytes(), column: "order" }
    }
}

/// Reads of payouts.
#[async_trait]
pub trait Payouts: Send + Sync {
    /// The payout of that id.
    async fn payout(&self, tenant: TenantId, id: PayoutId)
    -> Result<Option<PayoutRow>, StoreError>;

    /// The payout of that case.
    async fn payout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PayoutRow>, StoreError>;

    /// The payouts of a list, by id, which is by age.
    async fn payouts(
        &self,
        tenant: TenantId,
        list: &str,
        after: Option<PayoutId>,
        limit: usize,
    ) -> Result<Page<PayoutRow, PayoutId>, StoreError>;
}
