use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{
    AccountId, ArchiveId, LinkId, MovementId, PersonId, RecordId, SourceId, TenantId,
};

use super::MemoryStore;
use super::tables::{Table, Tables, expect, page};
use crate::accounts::{AccountRow, BalanceKey, BalanceRow};
use crate::encoding::codes;
use crate::imports::NO_ARCHIVE;
use crate::records::RecordRow;
use crate::subjects::{Belonging, Holdings, PersonClaim};
use crate::{Page, StoreError, Subjects, page_size};

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

    async fn holdings(&self, tenant: TenantId, person: PersonId) -> Result<Holdings, StoreError> {
        Ok(held(&self.tables(tenant), person))
    }

    async fn kept_accounts(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<AccountId>,
        limit: usize,
    ) -> Result<Page<AccountRow, AccountId>, StoreError> {
        let tables = self.tables(tenant);
        let links = links_of(&tables, person);
        Ok(page(&tables.accounts, after, limit, |row| is_theirs(row, person, &links)))
    }

    async fn kept_balances(
        &self,
        tenant: TenantId,
        account: AccountId,
        after: Option<BalanceKey>,
        limit: usize,
    ) -> Result<Page<BalanceRow, BalanceKey>, StoreError> {
        let place = |key: BalanceKey| (codes::balance_kind(key.kind), key.as_of, key.consent);
        let tables = self.tables(tenant);
        let rows = tables.balances.values().filter(|row| row.account == account);
        let rows = rows.filter(|row| after.is_none_or(|after| place(row.key()) > place(after)));
        let mut rows: Vec<BalanceRow> = rows.cloned().collect();
        rows.sort_by_key(|row| place(row.key()));
        let more = rows.len() > page_size(limit);
        rows.truncate(page_size(limit));
        let next = rows.last().filter(|_| more).map(BalanceRow::key);
        Ok(Page { rows, next })
    }

    async fn kept_records(
        &self,
        tenant: TenantId,
        link: LinkId,
        after: Option<RecordId>,
        limit: usize,
    ) -> Result<Page<RecordRow, RecordId>, StoreError> {
        Ok(page(&self.tables(tenant).records, after, limit, |row| row.link == link))
    }
}

fn held(tables: &Tables, person: PersonId) -> Holdings {
    let consents = tables.consents.values().filter(|row| row.person == Some(person)).count();
    let paid = tables.payments.values().filter(|row| row.person == Some(person));
    let told = tables.instructions.values().filter(|row| row.person == Some(person));
    let asked = tables.authorizations.values().filter(|row| row.person == person);
    let phones = tables.enrolments.values().filter(|row| row.person == person);
    // When each was asked for, and whether it has ended. A code that no phone took is no reason to keep
    // anybody.
    let paid = paid.map(|row| (Some(row.created_at), row.standing.state.is_final()));
    let told = told.map(|row| (Some(row.created_at), row.standing.state.is_final()));
    let kept = paid.chain(told).chain(asked.map(|row| (Some(row.created_at), true)));
    let enrolled = phones.map(|row| (row.standing.phone.is_some().then_some(row.created_at), true));
    let kept: Vec<_> = kept.chain(enrolled).collect();
    Holdings {
        consents: consents as u64,
        kept: kept.len() as u64,
        pending: kept.iter().filter(|(_, is_final)| !is_final).count() as u64,
        last_kept_at: kept.iter().filter_map(|(at, _)| *at).max(),
    }
}

pub fn claim(tables: &mut Tables, claim: &PersonClaim) -> Result<(), StoreError> {
    if held(tables, claim.id) != claim.holdings {
        return Err(StoreError::conflict("something of the person's came to be, or ended"));
    }
    let row = expect(&mut tables.people, &claim.id, |row| row.version == claim.expected)?;
    row.version += 1;
    Ok(())
}

pub fn shred_kept(tables: &mut Tables, person: PersonId, until: Timestamp) {
    // Whose a payout is stands in the key that seals it, and which its payments are, under that seal.
    let goes_on = tables.payments.values().any(|row| {
        row.person == Some(person) && row.created_at <= until && !row.standing.state.is_final()
    });
    let keys = tables.data_keys.values().filter(|row| row.subject == Some(person));
    let keys: BTreeSet<_> = keys.map(|row| row.id).collect();
    keep(&mut tables.payouts, |_, row| {
        goes_on || row.created_at > until || !keys.contains(&row.order.key)
    });
    keep(&mut tables.payments, |_, row| {
        row.person != Some(person) || row.created_at > until || !row.standing.state.is_final()
    });
    keep(&mut tables.instructions, |_, row| {
        row.person != Some(person) || row.created_at > until || !row.standing.state.is_final()
    });
    keep(&mut tables.authorizations, |_, row| row.person != person || row.created_at > until);
}

fn keep<Key: Ord + Clone, Row: Clone>(
    table: &mut Table<Key, Row>,
    is_kept: impl Fn(&Key, &Row) -> bool,
) {
    Arc::make_mut(table).retain(|key, row| is_kept(key, row));
}

fn links_of(tables: &Tables, person: PersonId) -> BTreeSet<LinkId> {
    let links = tables.links.values().filter(|row| row.person == Some(person));
    links.map(|row| row.id).collect()
}

fn is_theirs(row: &AccountRow, person: PersonId, links: &BTreeSet<LinkId>) -> bool {
    row.person == Some(person) || (row.person.is_none() && links.contains(&row.link))
}

/// Files that tell of these accounts are nobody's evidence any more, those of other holders neither.
fn part_with_files(tables: &mut Tables, accounts: &BTreeSet<AccountId>) {
    let theirs = tables.imports.values().filter(|row| accounts.contains(&row.account));
    let gone: BTreeSet<ArchiveId> = theirs.map(|row| row.archive).collect();
    let others = Arc::make_mut(&mut tables.imports).values_mut();
    for row in others.filter(|row| gone.contains(&row.archive)) {
        row.archive = NO_ARCHIVE;
    }
}

pub fn forget(tables: &mut Tables, person: PersonId) {
    let links = links_of(tables, person);
    let theirs = tables.accounts.values().filter(|row| is_theirs(row, person, &links));
    let accounts: BTreeSet<AccountId> = theirs.map(|row| row.id).collect();
    part_with_files(tables, &accounts);
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
    keep(&mut tables.instructions, |_, row| row.person != Some(person));
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
