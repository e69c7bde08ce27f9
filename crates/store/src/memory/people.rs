use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{InstitutionId, LinkSource, LinkState};
use cartola_primitives::id::{LinkId, PersonId, TenantId};

use super::MemoryStore;
use super::records::{Records, add, expect, page, refuse_if_any};
use crate::people::{LinkRow, LinkSecretRow, PersonRow};
use crate::{Page, People, StoreError};

#[async_trait]
impl People for MemoryStore {
    async fn person(
        &self,
        tenant: TenantId,
        id: PersonId,
    ) -> Result<Option<PersonRow>, StoreError> {
        Ok(self.records(tenant).people.get(&id).cloned())
    }

    async fn person_by_lookup(
        &self,
        tenant: TenantId,
        lookup: &Digest,
    ) -> Result<Option<PersonRow>, StoreError> {
        let records = self.records(tenant);
        Ok(records.people.values().find(|row| row.lookup == *lookup).cloned())
    }

    async fn link_of(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: Option<PersonId>,
        source: LinkSource,
    ) -> Result<Option<LinkRow>, StoreError> {
        let records = self.records(tenant);
        let wanted = (institution, person, source);
        Ok(records.links.values().find(|row| identity(row) == wanted).cloned())
    }

    async fn link(&self, tenant: TenantId, id: LinkId) -> Result<Option<LinkRow>, StoreError> {
        Ok(self.records(tenant).links.get(&id).cloned())
    }

    async fn link_secret(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<LinkSecretRow>, StoreError> {
        Ok(self.records(tenant).link_secrets.get(&link).cloned())
    }

    async fn links(
        &self,
        tenant: TenantId,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<LinkRow, LinkId>, StoreError> {
        Ok(page(&self.records(tenant).links, after, limit, |_| true))
    }
}

fn identity(link: &LinkRow) -> (&InstitutionId, Option<PersonId>, LinkSource) {
    (&link.institution, link.person, link.source)
}

pub fn add_person(records: &mut Records, row: PersonRow) -> Result<(), StoreError> {
    refuse_if_any(&records.people, |other| other.lookup == row.lookup)?;
    add(&mut records.people, row.id, row)
}

pub fn add_link(records: &mut Records, row: LinkRow) -> Result<(), StoreError> {
    refuse_if_any(&records.links, |other| identity(other) == identity(&row))?;
    add(&mut records.links, row.id, row)
}

pub fn change_link(
    records: &mut Records,
    id: LinkId,
    expected: u32,
    state: LinkState,
) -> Result<(), StoreError> {
    let link = expect(&mut records.links, &id, |row| row.version == expected)?;
    link.state = state;
    link.version += 1;
    Ok(())
}

pub fn keep_link_secret(records: &mut Records, row: LinkSecretRow) {
    Arc::make_mut(&mut records.link_secrets).insert(row.link, row);
}

pub fn destroy_link_secret(records: &mut Records, link: LinkId) -> Result<(), StoreError> {
    let destroyed = Arc::make_mut(&mut records.link_secrets).remove(&link);
    destroyed.map(drop).ok_or_else(|| StoreError::conflict("destroying what a link signs in with"))
}
