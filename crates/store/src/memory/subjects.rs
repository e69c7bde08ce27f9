use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, LinkId, MovementId, PersonId, SourceId, TenantId};

use super::MemoryStore;
use super::tables::{Table, Tables};
use crate::accounts::AccountRow;
use crate::subjects::Belonging;
use crate::{StoreError, Subjects};

#[async_trait]
impl Subjects for MemoryStore {
    async fn owner(&self, tenant: TenantId, of: Belonging) -> Result<Option<PersonId>, StoreError> {
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
            Belonging::Task(id) => {
                let link = tables.tasks.get(&id).and_then(|row| row.link);
                link.and_then(|link| link_owner(&tables, link))
            }
            Belonging::Instruction(id) => tables.instructions.get(&id).and_then(|row| row.person),
            Belonging::Matter(id) => tables.matters.get(&id).and_then(|row| row.person),
        })
    }

    async fn last_kept(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<Option<Timestamp>, StoreError> {
        let tables = self.tables(tenant);
        let paid = tables.payments.values().filter(|row| row.person == Some(person));
        let asked = tables.authorizations.values().filter(|row| row.person == person);
        let phones = tables.enrolments.values().filter(|row| row.person == person);
        let at = paid.map(|row| row.created_at).chain(asked.map(|row| row.created_at));
        Ok(at.chain(phones.map(|row| row.created_at)).max())
    }
}

fn keep<Key: Ord + Clone, Row: Clone>(
    table: &mut Table<Key, Row>,
    is_kept: impl Fn(&Key, &Row) -> bool,
) {
    Arc::make_mut(table).retain(|key, row| is_kept(key, row));
}

pub fn forget(tables: &mut Tables, person: PersonId) {
    let links = tables.links.values().filter(|row| row.person == Some(person)).map(|row| row.id);
    let links: BTreeSet<LinkId> = links.collect();
    let is_theirs = |row: &&AccountRow| {
        row.person == Some(person) || (row.person.is_none() && links.contains(&row.link))
    };
    let accounts: BTreeSet<AccountId> =
        tables.accounts.values().filter(is_theirs).map(|row| row.id).collect();
    let gone = tables.movements.values().filter(|row| accounts.contains(&row.movement.account));
    let gone: BTreeSet<MovementId> = gone.map(|row| row.movement.id).collect();
    let sources: BTreeSet<SourceId> = tables
        .sources_of
        .iter()
        .filter(|(movement, _)| gone.contains(movement))
        .map(|(_, source)| *source)
        .collect();
    Arc::make_mut(&mut tables.sources_of).retain(|(movement, _)| !gone.contains(movement));
    keep(&mut tables.sources, |id, _| !sources.contains(id));
    Arc::make_mut(&mut tables.aliases)
        .retain(|row| !gone.contains(&row.alias) && !gone.contains(&row.movement));
    keep(&mut tables.movements, |id, _| !gone.contains(id));
    Arc::make_mut(&mut tables.days).retain(|key| !gone.contains(&key.id));
    Arc::make_mut(&mut tables.statements).retain(|(account, _)| !accounts.contains(account));
    keep(&mut tables.balances, |key, _| !accounts.contains(&key.0));
    keep(&mut tables.sightings, |key, _| !accounts.contains(&key.0));
    keep(&mut tables.imports, |_, row| !accounts.contains(&row.account));
    Arc::make_mut(&mut tables.fed)
        .retain(|(link, account)| !links.contains(link) && !accounts.contains(account));
    keep(&mut tables.accounts, |id, _| !accounts.contains(id));
    keep(&mut tables.records, |_, row| !links.contains(&row.link));
    keep(&mut tables.tasks, |_, row| row.link.is_none_or(|link| !links.contains(&link)));
    keep(&mut tables.readings, |id, _| !links.contains(id));
    keep(&mut tables.link_secrets, |id, _| !links.contains(id));
    keep(&mut tables.sign_ins, |(_, of), _| *of != person);
}

pub fn shred(tables: &mut Tables, person: PersonId) {
    keep(&mut tables.payments, |_, row| row.person != Some(person));
    keep(&mut tables.authorizations, |_, row| row.person != person);
    keep(&mut tables.enrolments, |_, row| row.person != person);
    keep(&mut tables.known_payees, |(of, _), _| *of != person);
    keep(&mut tables.data_keys, |_, row| row.subject != Some(person));
    keep(&mut tables.people, |id, _| *id != person);
}

fn link_owner(tables: &Tables, id: LinkId) -> Option<PersonId> {
    tables.links.get(&id).and_then(|row| row.person)
}

fn account_owner(tables: &Tables, id: AccountId) -> Option<PersonId> {
    tables.accounts.get(&id).and_then(|row| row.person)
}
