use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::PaymentStanding;
use cartola_primitives::id::{PaymentId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, expect, page, refuse_if_any};
use crate::payments::{PaymentChange, PaymentRow};
use crate::{Page, Payments, StoreError};

#[async_trait]
impl Payments for MemoryStore {
    async fn payment(
        &self,
        tenant: TenantId,
        id: PaymentId,
    ) -> Result<Option<PaymentRow>, StoreError> {
        Ok(self.tables(tenant).payments.get(&id).cloned())
    }

    async fn payment_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.payments.values().find(|row| row.case.key == *key).cloned())
    }

    async fn payment_of_page(
        &self,
        tenant: TenantId,
        page: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.payments.values().find(|row| is_on(row, page)).cloned())
    }

    async fn payments(
        &self,
        tenant: TenantId,
        standing: Option<PaymentStanding>,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Page<PaymentRow, PaymentId>, StoreError> {
        let is_wanted = |row: &PaymentRow| {
            standing.is_none_or(|standing| row.standing.state.standing() == standing)
        };
        Ok(page(&self.tables(tenant).payments, after, limit, is_wanted))
    }
}

fn is_on(row: &PaymentRow, page: &Digest) -> bool {
    row.standing.page.is_some_and(|one| one.digest == *page)
}

pub fn add_payment(tables: &mut Tables, row: PaymentRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.payments, |other| {
        other.end_to_end == row.end_to_end
            || other.case.key == row.case.key
            || row.standing.page.is_some_and(|page| is_on(other, &page.digest))
    })?;
    add(&mut tables.payments, row.id, row)
}

pub fn change_payment(tables: &mut Tables, change: PaymentChange) -> Result<(), StoreError> {
    let PaymentChange { id, expected, standing } = change;
    refuse_if_any(&tables.payments, |other| {
        other.id != id && standing.page.is_some_and(|page| is_on(other, &page.digest))
    })?;
    let row = expect(&mut tables.payments, &id, |row| row.version == expected)?;
    (row.standing, row.version) = (standing, expected + 1);
    Ok(())
}
