use std::collections::btree_map::Entry;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_model::InstitutionId;
use cartola_primitives::id::{LinkId, PersonId, TenantId};

use super::MemoryStore;
use super::tables::Tables;
use crate::asking::{ReadingRow, SignInsRow};
use crate::{Asking, StoreError};

#[async_trait]
impl Asking for MemoryStore {
    async fn reading(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<ReadingRow>, StoreError> {
        Ok(self.tables(tenant).readings.get(&link).cloned())
    }

    async fn sign_ins(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: PersonId,
    ) -> Result<Option<SignInsRow>, StoreError> {
        Ok(self.tables(tenant).sign_ins.get(&(institution.clone(), person)).cloned())
    }
}

pub fn keep_reading(tables: &mut Tables, row: ReadingRow) {
    Arc::make_mut(&mut tables.readings).insert(row.link, row);
}

pub fn keep_sign_ins(tables: &mut Tables, row: SignInsRow) -> Result<(), StoreError> {
    let key = (row.institution.clone(), row.person);
    let known = match Arc::make_mut(&mut tables.sign_ins).entry(key) {
        Entry::Vacant(place) if row.version == 1 => {
            place.insert(row);
            return Ok(());
        }
        Entry::Occupied(known) if known.get().version + 1 == row.version => known,
        _ => return Err(StoreError::conflict("counting attempts to sign in")),
    };
    *known.into_mut() = row;
    Ok(())
}
