use std::collections::{BTreeMap, HashSet};
use std::iter::successors;

use async_trait::async_trait;
use cartola_model::{ConsentData, ConsentState};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, ConsentSetId, LinkId, PersonId, TenantId};

use super::MemoryStore;
use super::tables::{Tables, add, expect, page};
use crate::consents::{ConsentRow, ConsentSetRow, RanOut};
use crate::records::RecordRow;
use crate::{Consents, MAX_PAGE, Page, StoreError};

#[async_trait]
impl Consents for MemoryStore {
    async fn consent(
        &self,
        tenant: TenantId,
        id: ConsentId,
    ) -> Result<Option<ConsentRow>, StoreError> {
        Ok(self.tables(tenant).consents.get(&id).cloned())
    }

    async fn holding(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
        now: Timestamp,
    ) -> Result<HashSet<ConsentSetId>, StoreError> {
        let tables = self.tables(tenant);
        let mut permits = Permits::new(&tables, now);
        Ok(sets.into_iter().filter(|set| permits.set_holds(*set)).collect())
    }

    async fn consent_sets(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
    ) -> Result<Vec<ConsentSetRow>, StoreError> {
        let tables = self.tables(tenant);
        Ok(sets.iter().filter_map(|set| tables.consent_sets.get(set)).copied().collect())
    }

    async fn all_consent_sets(
        &self,
        tenant: TenantId,
        after: Option<ConsentSetId>,
        limit: usize,
    ) -> Result<Page<ConsentSetRow, ConsentSetId>, StoreError> {
        Ok(page(&self.tables(tenant).consent_sets, after, limit, |_| true))
    }

    async fn consents(
        &self,
        tenant: TenantId,
        link: Option<LinkId>,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError> {
        let is_asked = |row: &ConsentRow| link.is_none_or(|link| row.link == link);
        Ok(page(&self.tables(tenant).consents, after, limit, is_asked))
    }

    async fn mandates_of_links(
        &self,
        tenant: TenantId,
        links: Vec<LinkId>,
        beside: &'static [&'static str],
    ) -> Result<Vec<ConsentRow>, StoreError> {
        let tables = self.tables(tenant);
        let ended = |link: LinkId| {
            let is_of =
                |row: &&ConsentRow| row.link == link && !beside.contains(&row.purpose.as_str());
            let rows = tables.consents.values().filter(is_of);
            let ended = rows.filter_map(|row| match row.state {
                ConsentState::Revoked { at, .. } | ConsentState::Expired { at, .. } => {
                    Some((at, row))
                }
                ConsentState::Granted { .. } | ConsentState::Suspended { .. } => None,
            });
            ended.max_by_key(|(at, row)| (*at, row.id)).map(|(_, row)| row)
        };
        let mandate = |link: LinkId| match tables.link_secrets.get(&link) {
            Some(secret) => tables.consents.get(&secret.mandate).cloned(),
            None => ended(link).cloned(),
        };
        Ok(links.into_iter().filter_map(mandate).collect())
    }

    async fn consents_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError> {
        let is_theirs = |row: &ConsentRow| row.person == Some(person);
        Ok(page(&self.tables(tenant).consents, after, limit, is_theirs))
    }

    async fn run_out(
        &self,
        now: Timestamp,
        after: Option<RanOut>,
    ) -> Result<Vec<RanOut>, StoreError> {
        let state = self.lock();
        let of_all = state.tenants.iter().flat_map(|(tenant, tables)| {
            tables.consents.values().filter_map(|row| {
                Some(RanOut { ended_at: over(&row.state)?, tenant: *tenant, id: row.id })
            })
        });
        let is_asked = |row: &RanOut| row.ended_at <= now && Some(*row) > after;
        let mut over: Vec<_> = of_all.filter(is_asked).collect();
        over.sort_unstable();
        over.truncate(MAX_PAGE);
        Ok(over)
    }
}

/// When the term of one that has not ended is over.
const fn over(state: &ConsentState) -> Option<Timestamp> {
    match *state {
        ConsentState::Granted { expires_at, .. } | ConsentState::Suspended { expires_at, .. } => {
            expires_at
        }
        ConsentState::Revoked { .. } | ConsentState::Expired { .. } => None,
    }
}

/// Which consents hold at one instant. Rows of a page share few sets: each is walked once.
pub struct Permits<'a> {
    tables: &'a Tables,
    now: Timestamp,
    known: BTreeMap<ConsentSetId, bool>,
}

impl<'a> Permits<'a> {
    pub fn new(tables: &'a Tables, now: Timestamp) -> Self {
        Self { tables, now, known: BTreeMap::new() }
    }

    /// Whether any consent of the set holds and is about accounts. One that is not there allows nothing.
    pub fn set_holds(&mut self, set: ConsentSetId) -> bool {
        if let Some(&holds) = self.known.get(&set) {
            return holds;
        }
        let holds = self.walk(set);
        self.known.insert(set, holds);
        holds
    }

    /// Whether that consent holds, and is about accounts.
    pub fn consent_holds(&self, consent: ConsentId) -> bool {
        let found = self.tables.consents.get(&consent);
        found.is_some_and(|row| row.state.holds(self.now) && ConsentData::has_accounts(row.data))
    }

    /// Whether that consent holds, and is about such records.
    pub fn record_shown(&self, row: &RecordRow) -> bool {
        let found = self.tables.consents.get(&row.consent);
        found.is_some_and(|consent| {
            consent.state.holds(self.now) && ConsentData::has_records(consent.data, row.kind)
        })
    }

    /// No list is longer than there are sets, so that one bent into a ring ends too.
    fn walk(&self, set: ConsentSetId) -> bool {
        let sets = &self.tables.consent_sets;
        successors(sets.get(&set), |row| row.rest.and_then(|rest| sets.get(&rest)))
            .take(sets.len())
            .any(|row| self.consent_holds(row.consent))
    }
}

pub fn add_consent(tables: &mut Tables, row: ConsentRow) -> Result<(), StoreError> {
    add(&mut tables.consents, row.id, row)
}

pub fn change_consent(
    tables: &mut Tables,
    id: ConsentId,
    expected: u32,
    state: ConsentState,
) -> Result<(), StoreError> {
    let consent = expect(&mut tables.consents, &id, |row| row.version == expected)?;
    consent.state = state;
    consent.version += 1;
    Ok(())
}

pub fn narrow_consent(
    tables: &mut Tables,
    id: ConsentId,
    expected: u32,
    data: ConsentData,
) -> Result<(), StoreError> {
    let consent = expect(&mut tables.consents, &id, |row| row.version == expected)?;
    consent.data = Some(data);
    consent.version += 1;
    Ok(())
}

pub fn expect_consent(tables: &Tables, id: ConsentId, expected: u32) -> Result<(), StoreError> {
    let there = tables.consents.get(&id).is_some_and(|row| row.version == expected);
    if there { Ok(()) } else { Err(StoreError::conflict("expecting a consent")) }
}

pub fn add_sets(tables: &mut Tables, rows: Vec<ConsentSetRow>) -> Result<(), StoreError> {
    rows.into_iter().try_for_each(|row| add(&mut tables.consent_sets, row.id, row))
}
