use async_trait::async_trait;
use cartola_primitives::id::{AccountId, LinkId, PersonId, TenantId};

use super::MemoryStore;
use super::tables::Tables;
use crate::subjects::Belonging;
use crate::{StoreError, Subjects};

#[async_trait]
impl Subjects for MemoryStore {
    async fn owner(
        &self,
        tenant: TenantId,
        of: Belonging,
    ) -> Result<Option<PersonId>, StoreError> {
        let tables = self.tables(tenant);
        Ok(match of {
            Belonging::Link(id) => link_owner(&tables, id),
            Belonging::Consent(id) => tables.consents.get(&id).and_then(|row| row.person),
            Belonging::Account(id) => account_owner(&tables, id),
            Belonging::Movement(id) => {
                let row = tables.movements.get(&id);
                row.and_then(|row| account_owner(&tables, row.movement.account))
            }
            Belonging::Import(id) => {
                tables.imports.get(&id).and_then(|row| account_owner(&tables, row.account))
            }
            Belonging::Record(id) => {
                tables.records.get(&id).and_then(|row| link_owner(&tables, row.link))
            }
            Belonging::Payment(id) => tables.payments.get(&id).and_then(|row| row.person),
            Belonging::Enrolment(id) => tables.enrolments.get(&id).map(|row| row.person),
            Belonging::Authorization(id) => tables.authorizations.get(&id).map(|row| row.person),
        })
    }
}

fn link_owner(tables: &Tables, id: LinkId) -> Option<PersonId> {
    tables.links.get(&id).and_then(|row| row.person)
}

fn account_owner(tables: &Tables, id: AccountId) -> Option<PersonId> {
    tables.accounts.get(&id).and_then(|row| row.person)
}
