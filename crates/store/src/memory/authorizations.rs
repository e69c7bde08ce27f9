use std::ops::Bound;
use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AuthorizationId, EnrolmentId, PersonId, TenantId};

use super::MemoryStore;
use super::tables::{Table, Tables, add, expect, page, refuse_if_any};
use crate::authorizations::{
    AuthorizationChange, AuthorizationFilter, AuthorizationRow, EnrolmentChange, EnrolmentFilter,
    EnrolmentRow, KnownPayee,
};
use crate::{Authorizations, MAX_PAGE, Page, StoreError, page_size};

#[async_trait]
impl Authorizations for MemoryStore {
    async fn enrolment(
        &self,
        tenant: TenantId,
        id: EnrolmentId,
    ) -> Result<Option<EnrolmentRow>, StoreError> {
        Ok(self.tables(tenant).enrolments.get(&id).cloned())
    }

    async fn enrolment_of_code(
        &self,
        tenant: TenantId,
        code: &Digest,
    ) -> Result<Option<EnrolmentRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.enrolments.values().find(|row| row.code == *code).cloned())
    }

    async fn enrolments(
        &self,
        tenant: TenantId,
        filter: EnrolmentFilter,
        before: Option<EnrolmentId>,
        limit: usize,
    ) -> Result<Page<EnrolmentRow, EnrolmentId>, StoreError> {
        let is_wanted = |row: &EnrolmentRow| {
            filter.person.is_none_or(|person| person == row.person)
                && filter.standing.is_none_or(|standing| standing == row.standing.state.standing())
                && (!filter.with_phone || row.standing.phone.is_some())
        };
        Ok(newest(&self.tables(tenant).enrolments, before, limit, is_wanted))
    }

    async fn authorization(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
    ) -> Result<Option<AuthorizationRow>, StoreError> {
        Ok(self.tables(tenant).authorizations.get(&id).cloned())
    }

    async fn authorization_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<AuthorizationRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.authorizations.values().find(|row| row.case.key == *key).cloned())
    }

    async fn authorizations(
        &self,
        tenant: TenantId,
        filter: AuthorizationFilter,
        before: Option<AuthorizationId>,
        limit: usize,
    ) -> Result<Page<AuthorizationRow, AuthorizationId>, StoreError> {
        let is_wanted = |row: &AuthorizationRow| {
            filter.person.is_none_or(|person| person == row.person)
                && filter.standing.is_none_or(|standing| standing == row.standing.state.standing())
                && filter.kind.is_none_or(|kind| kind == row.kind)
                && filter.from.is_none_or(|from| row.created_at >= from)
                && filter.before.is_none_or(|before| row.created_at < before)
        };
        Ok(newest(&self.tables(tenant).authorizations, before, limit, is_wanted))
    }

    async fn knows_payee(
        &self,
        tenant: TenantId,
        person: PersonId,
        payee: &Digest,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let tables = self.tables(tenant);
        Ok(tables.known_payees.get(&(person, *payee)).is_some_and(|row| row.since >= since))
    }

    async fn known_payees(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Page<KnownPayee, Digest>, StoreError> {
        let after = after.map(|payee| (person, payee));
        let is_theirs = |row: &KnownPayee| row.person == person;
        let Page { rows, next } = page(&self.tables(tenant).known_payees, after, limit, is_theirs);
        Ok(Page { rows, next: next.map(|(_, payee)| payee) })
    }

    async fn forget_payees(&self, before: Timestamp) -> Result<usize, StoreError> {
        let mut state = self.lock();
        let mut left = MAX_PAGE;
        for tables in state.tenants.values_mut() {
            let old = tables.known_payees.iter().filter(|(_, row)| row.since < before);
            let old: Vec<_> = old.map(|(key, _)| *key).take(left).collect();
            left -= old.len();
            if !old.is_empty() {
                let tables = Arc::make_mut(tables);
                Arc::make_mut(&mut tables.known_payees).retain(|key, _| !old.contains(key));
            }
        }
        Ok(MAX_PAGE - left)
    }
}

/// The page before `before`, from the highest key down, of the rows that `shown` lets through.
fn newest<Key: Ord + Copy, Row: Clone>(
    table: &Table<Key, Row>,
    before: Option<Key>,
    limit: usize,
    shown: impl Fn(&Row) -> bool,
) -> Page<Row, Key> {
    let end = before.map_or(Bound::Unbounded, Bound::Excluded);
    let mut found = table.range((Bound::Unbounded, end)).rev().filter(|&(_, row)| shown(row));
    let (keys, rows): (Vec<Key>, Vec<Row>) =
        found.by_ref().take(page_size(limit)).map(|(key, row)| (*key, row.clone())).unzip();
    let next = found.next().and_then(|_| keys.last().copied());
    Page { rows, next }
}

pub fn add_enrolment(tables: &mut Tables, row: EnrolmentRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.enrolments, |other| other.code == row.code)?;
    refuse_second(tables, &row)?;
    add(&mut tables.enrolments, row.id, row)
}

pub fn change_enrolment(tables: &mut Tables, change: EnrolmentChange) -> Result<(), StoreError> {
    let EnrolmentChange { id, expected, standing } = change;
    let row = expect(&mut tables.enrolments, &id, |row| row.version == expected)?;
    (row.standing, row.version) = (standing, expected + 1);
    let row = row.clone();
    refuse_second(tables, &row)
}

/// A person has one pending and one active phone at most.
fn refuse_second(tables: &Tables, row: &EnrolmentRow) -> Result<(), StoreError> {
    let standing = row.standing.state.standing();
    refuse_if_any(&tables.enrolments, |other| {
        !standing.is_final()
            && other.id != row.id
            && other.person == row.person
            && other.standing.state.standing() == standing
    })
}

pub fn expect_enrolment(
    tables: &mut Tables,
    id: EnrolmentId,
    expected: u32,
) -> Result<(), StoreError> {
    expect(&mut tables.enrolments, &id, |row| row.version == expected).map(drop)
}

pub fn add_authorization(tables: &mut Tables, row: AuthorizationRow) -> Result<(), StoreError> {
    refuse_if_any(&tables.authorizations, |other| other.case.key == row.case.key)?;
    add(&mut tables.authorizations, row.id, row)
}

pub fn change_authorization(
    tables: &mut Tables,
    change: AuthorizationChange,
) -> Result<(), StoreError> {
    let AuthorizationChange { id, expected, standing } = change;
    let row = expect(&mut tables.authorizations, &id, |row| row.version == expected)?;
    (row.standing, row.version) = (standing, expected + 1);
    Ok(())
}

pub fn keep_payee(tables: &mut Tables, row: KnownPayee) {
    Arc::make_mut(&mut tables.known_payees).insert((row.person, row.payee), row);
}
