use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{InstitutionId, LinkSource, LinkState};
use cartola_primitives::id::{LinkId, PersonId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, expect, page, refuse_if_any};
use crate::people::{LinkRow, LinkSecretRow, PersonRow};
use crate::{Page, People, StoreError};

#[async_trait]
impl People for MemoryStore {
    async fn person(
        &self,
        tenant: TenantId,
        id: PersonId,
    ) -> Result<Option<PersonRow>, StoreError> {
        Ok(self.tables(tenant).people.get(&id).cloned())
    }

    async fn person_by_lookup(
        &self,
        tenant: TenantId,
        lookup: &Digest,
    ) -> Result<Option<PersonRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.people.values().find(|row| row.lookup == *lookup).cloned())
    }

    async fn link_of(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: Option<PersonId>,
        source: LinkSource,
    ) -> Result<Option<LinkRow>, StoreError> {
        let tables = self.tables(tenant);
        let wanted = (institution, person, source);
        Ok(tables.links.values().find(|row| identity(row) == wanted).cloned())
    }

    async fn link(&self, tenant: TenantId, id: LinkId) -> Result<Option<LinkRow>, StoreError> {
        Ok(self.tables(tenant).links.get(&id).cloned())
    }

    async fn link_secret(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<LinkSecretRow>, StoreError> {
        Ok(self.tables(tenant).link_secrets.get(&link).cloned())
    }

    async fn links(
        &self,
        tenant: TenantId,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<LinkRow, LinkId>, StoreError> {
        Ok(page(&self.tables(tenant).links, after, limit, |_| true))
    }
}

fn identity(link: &LinkRow) -> (&InstitutionId, Option<PersonId>, LinkSource) {
    (&link.institution, link.person, link.source)
}

pub fn add_person(tables: &mut Tables, row: PersonRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.people, |other| other.lookup == row.lookup)?;
    add(&mut tables.people, row.id, row)
}

pub fn expect_person(tables: &Tables, id: PersonId, expected: u32) -> Result<(), StoreError> {
    let there = tables.people.get(&id).is_some_and(|row| row.version == expected);
    if there { Ok(()) } else { Err(StoreError::conflict("expecting a person")) }
}

pub fn expect_nobody(tables: &Tables, lookup: &Digest) -> Result<(), StoreError> {
    refuse_if_any(&tables.people, |row| row.lookup == *lookup)
}

pub fn add_link(tables: &mut Tables, row: LinkRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.links, |other| identity(other) == identity(&row))?;
    add(&mut tables.links, row.id, row)
}

pub fn change_link(
    tables: &mut Tables,
    id: LinkId,
    expected: u32,
    state: LinkState,
) -> Result<(), StoreError> {
    let link = expect(&mut tables.links, &id, |row| row.version == expected)?;
    link.state = state;
    link.version += 1;
    Ok(())
}

pub fn keep_link_secret(tables: &mut Tables, row: LinkSecretRow) {
    Arc::make_mut(&mut tables.link_secrets).insert(row.link, row);
}

pub fn destroy_link_secret(tables: &mut Tables, link: LinkId) -> Result<(), StoreError> {
    let destroyed = Arc::make_mut(&mut tables.link_secrets).remove(&link);
    destroyed.map(drop).ok_or_else(|| StoreError::conflict("destroying what a link signs in with"))
}
