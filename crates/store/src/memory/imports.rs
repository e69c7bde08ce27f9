use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::ContentHash;
use cartola_model::Coverage;
use cartola_primitives::Date;
use cartola_primitives::id::{AccountId, ImportId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, page};
use crate::imports::ImportRow;
use crate::sightings::SightingRow;
use crate::{Imports, Page, StoreError};

#[async_trait]
impl Imports for MemoryStore {
    async fn import(
        &self,
        tenant: TenantId,
        id: ImportId,
    ) -> Result<Option<ImportRow>, StoreError> {
        Ok(self.tables(tenant).imports.get(&id).cloned())
    }

    async fn imports_of_content(
        &self,
        tenant: TenantId,
        content: &ContentHash,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.imports.values().filter(|row| row.content == *content).cloned().collect())
    }

    async fn complete_imports(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<ImportRow>, StoreError> {
        let overlaps = |row: &&ImportRow| {
            let covered = &row.coverage;
            row.account == account && covered.complete && covered.from <= to && from <= covered.to
        };
        Ok(self.tables(tenant).imports.values().filter(overlaps).cloned().collect())
    }

    async fn sightings(
        &self,
        tenant: TenantId,
        account: AccountId,
        from: Date,
        to: Date,
    ) -> Result<Vec<SightingRow>, StoreError> {
        let overlaps = |row: &&SightingRow| {
            let covered = &row.coverage;
            row.account == account && covered.from <= to && from <= covered.to
        };
        Ok(self.tables(tenant).sightings.values().filter(overlaps).cloned().collect())
    }

    async fn imports(
        &self,
        tenant: TenantId,
        account: Option<AccountId>,
        after: Option<ImportId>,
        limit: usize,
    ) -> Result<Page<ImportRow, ImportId>, StoreError> {
        let of_account = |row: &ImportRow| account.is_none_or(|account| row.account == account);
        Ok(page(&self.tables(tenant).imports, after, limit, of_account))
    }
}

pub fn add_import(tables: &mut Tables, row: ImportRow) -> Result<(), StoreError> {
    add(&mut tables.imports, row.id, row)
}

pub fn keep_sighting(tables: &mut Tables, row: SightingRow) {
    let sightings = Arc::make_mut(&mut tables.sightings);
    sightings.retain(|_, known| !row.supersedes(known));
    if !sightings.values().any(|known| known.supersedes(&row)) {
        let Coverage { from, to, complete } = row.coverage;
        sightings.insert((row.account, row.consent, from, to, complete), row);
    }
}
