use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::id::{CheckoutId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, expect, refuse_if_any};
use crate::checkouts::{CheckoutChange, CheckoutRow};
use crate::{Checkouts, StoreError};

#[async_trait]
impl Checkouts for MemoryStore {
    async fn checkout(
        &self,
        tenant: TenantId,
        id: CheckoutId,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        Ok(self.tables(tenant).checkouts.get(&id).cloned())
    }

    async fn checkout_of_token(
        &self,
        tenant: TenantId,
        token: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.checkouts.values().find(|row| row.token == *token).cloned())
    }

    async fn checkout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.checkouts.values().find(|row| row.case.key == *key).cloned())
    }
}

pub fn add_checkout(tables: &mut Tables, row: CheckoutRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.checkouts, |other| {
        other.token == row.token || other.case.key == row.case.key
    })?;
    add(&mut tables.checkouts, row.id, row)
}

pub fn change_checkout(tables: &mut Tables, change: CheckoutChange) -> Result<(), StoreError> {
    let CheckoutChange { id, expected, standing } = change;
    let row = expect(&mut tables.checkouts, &id, |row| row.version == expected)?;
    (row.standing, row.version) = (standing, expected + 1);
    Ok(())
}
