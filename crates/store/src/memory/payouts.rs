use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::id::{PayoutId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, page, refuse_if_any};
use crate::payouts::PayoutRow;
use crate::{Page, Payouts, StoreError};

#[async_trait]
impl Payouts for MemoryStore {
    async fn payout(
        &self,
        tenant: TenantId,
        id: PayoutId,
    ) -> Result<Option<PayoutRow>, StoreError> {
        Ok(self.tables(tenant).payouts.get(&id).cloned())
    }

    async fn payout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PayoutRow>, StoreError> {
        Ok(self.tables(tenant).payouts.values().find(|row| row.case.key == *key).cloned())
    }

    async fn payouts(
        &self,
        tenant: TenantId,
        list: &str,
        after: Option<PayoutId>,
        limit: usize,
    ) -> Result<Page<PayoutRow, PayoutId>, StoreError> {
        Ok(page(&self.tables(tenant).payouts, after, limit, |row| row.list == list))
    }
}

pub fn add_payout(tables: &mut Tables, row: PayoutRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.payouts, |other| other.case.key == row.case.key)?;
    add(&mut tables.payouts, row.id, row)
}
