//! The consent ledger.

use std::collections::HashSet;

use async_trait::async_trait;
use cartola_crypto::ContentHash;
use cartola_model::{ConsentData, ConsentKind, ConsentState, InstitutionId};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, ConsentSetId, LinkId, PersonId, TenantId};
use cartola_store::consents::{ConsentRow, ConsentSetRow, RanOut};
use cartola_store::{Consents, MAX_PAGE, Page, StoreError};
use rusqlite::{Connection, params};

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, bytes_or_null, damaged, signed};
use crate::error::Doing;
use crate::permits::Permits;
use crate::rows::{all, each, first, page};
use crate::unit::Unit;

macro_rules! consent_columns {
    () => {
        "state, granted_at, ended_at, id, kind, person, institution, link, purpose, evidence, \
         recipient, data, version"
    };
}

const CONSENT: &str =
    concat!("SELECT ", consent_columns!(), " FROM consent WHERE tenant = ?1 AND id = ?2");
const CONSENTS: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = ?1 AND id > ?2 ORDER BY id"
);
const CONSENTS_OF_LINK: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = ?1 AND link = ?3 AND id > ?2 ORDER BY id"
);
const MANDATE_OF_LINK: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = ?1 AND id = \
     (SELECT mandate FROM link_secret WHERE tenant = ?1 AND link = ?2)"
);
const ENDED_OF_LINK: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = ?1 AND link = ?2 AND state NOT IN (1, 4) \
     ORDER BY ended_at DESC, id DESC"
);
const CONSENTS_OF_PERSON: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = ?1 AND person = ?3 AND id > ?2 ORDER BY id"
);
const ADD: &str = concat!(
    "INSERT INTO consent (tenant, ",
    consent_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
);
const IN_VERSION: &str = "SELECT 1 FROM consent WHERE tenant = ?1 AND id = ?2 AND version = ?3";
const CHANGE: &str = "UPDATE consent SET state = ?4, granted_at = ?5, ended_at = ?6, \
    version = version + 1 WHERE tenant = ?1 AND id = ?2 AND version = ?3";
const NARROW: &str = "UPDATE consent SET data = ?4, version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";
const RUN_OUT: &str = "SELECT ended_at, tenant, id FROM consent \
    WHERE state IN (1, 4) AND ended_at IS NOT NULL AND ended_at <= ?1 \
    AND (ended_at, tenant, id) > (?3, ?4, ?5) ORDER BY ended_at, tenant, id LIMIT ?2";
const SET: &str = "SELECT id, consent, rest FROM consent_set WHERE tenant = ?1 AND id = ?2";
const ALL_SETS: &str =
    "SELECT id, consent, rest FROM consent_set WHERE tenant = ?1 AND id > ?2 ORDER BY id";
const ADD_SET: &str = "INSERT INTO consent_set (tenant, id, consent, rest) VALUES (?1, ?2, ?3, ?4)";

const GRANTED: i64 = 1;
const REVOKED: i64 = 2;
const EXPIRED: i64 = 3;
const SUSPENDED: i64 = 4;

#[async_trait]
impl Consents for SqliteStore {
    async fn consent(
        &self,
        tenant: TenantId,
        id: ConsentId,
    ) -> Result<Option<ConsentRow>, StoreError> {
        self.first(CONSENT, tenant, *id.as_bytes(), read_consent).await
    }

    async fn holding(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
        now: Timestamp,
    ) -> Result<HashSet<ConsentSetId>, StoreError> {
        self.read(move |connection| {
            let mut permits = Permits::new(connection, tenant, now);
            let mut holding = HashSet::new();
            for set in sets {
                if permits.set_holds(set)? {
                    holding.insert(set);
                }
            }
            Ok(holding)
        })
        .await
    }

    async fn consent_sets(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
    ) -> Result<Vec<ConsentSetRow>, StoreError> {
        self.read(move |connection| {
            let mut found = Vec::with_capacity(sets.len());
            for set in &sets {
                let values = params![tenant.as_bytes(), set.as_bytes()];
                found.extend(first(connection, SET, values, read_set)?);
            }
            Ok(found)
        })
        .await
    }

    async fn all_consent_sets(
        &self,
        tenant: TenantId,
        after: Option<ConsentSetId>,
        limit: usize,
    ) -> Result<Page<ConsentSetRow, ConsentSetId>, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), bytes_or_empty(after.as_ref())];
            let read = |columns: &mut Columns<'_>| read_set(columns).map(Some);
            page(connection, ALL_SETS, values, limit, |row| row.id, read)
        })
        .await
    }

    async fn consents(
        &self,
        tenant: TenantId,
        link: Option<LinkId>,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError> {
        self.read(move |connection| {
            let after = bytes_or_empty(after.as_ref());
            let id = |row: &ConsentRow| row.id;
            let read = |columns: &mut Columns<'_>| read_consent(columns).map(Some);
            let Some(link) = link else {
                let values = params![tenant.as_bytes(), after];
                return page(connection, CONSENTS, values, limit, id, read);
            };
            let values = params![tenant.as_bytes(), after, link.as_bytes()];
            page(connection, CONSENTS_OF_LINK, values, limit, id, read)
        })
        .await
    }

    async fn mandates_of_links(
        &self,
        tenant: TenantId,
        links: Vec<LinkId>,
        beside: &'static [&'static str],
    ) -> Result<Vec<ConsentRow>, StoreError> {
        self.read(move |connection| {
            let mut found = Vec::with_capacity(links.len());
            for link in &links {
                let values = params![tenant.as_bytes(), link.as_bytes()];
                let mut mandate = first(connection, MANDATE_OF_LINK, values, read_consent)?;
                if mandate.is_none() {
                    each(connection, ENDED_OF_LINK, values, |columns| {
                        let row = read_consent(columns)?;
                        mandate = Some(row).filter(|row| !beside.contains(&row.purpose.as_str()));
                        Ok(mandate.is_none())
                    })?;
                }
                found.extend(mandate);
            }
            Ok(found)
        })
        .await
    }

    async fn consents_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError> {
        self.read(move |connection| {
            let values =
                params![tenant.as_bytes(), bytes_or_empty(after.as_ref()), person.as_bytes()];
            let read = |columns: &mut Columns<'_>| read_consent(columns).map(Some);
            page(connection, CONSENTS_OF_PERSON, values, limit, |row: &ConsentRow| row.id, read)
        })
        .await
    }

    async fn run_out(
        &self,
        now: Timestamp,
        after: Option<RanOut>,
    ) -> Result<Vec<RanOut>, StoreError> {
        self.read(move |connection| {
            let ended_at = after.map_or(i64::MIN, |after| after.ended_at.as_microsecond());
            let (tenant, id) = (after.map(|after| after.tenant), after.map(|after| after.id));
            let (tenant, id) = (bytes_or_empty(tenant.as_ref()), bytes_or_empty(id.as_ref()));
            let limit = signed(MAX_PAGE as u64);
            let values = params![now.as_microsecond(), limit, ended_at, tenant, id];
            all(connection, RUN_OUT, values, |columns| {
                let ended_at = columns.timestamp()?;
                Ok(RanOut { ended_at, tenant: columns.id()?, id: columns.id()? })
            })
        })
        .await
    }
}

pub fn add_consent(unit: &Unit<'_>, row: &ConsentRow) -> Result<(), StoreError> {
    let (state, granted_at, ended_at) = state_columns(&row.state);
    let values = params![
        unit.tenant.as_bytes(),
        state,
        granted_at,
        ended_at,
        row.id.as_bytes(),
        row.kind.name(),
        bytes_or_null(row.person.as_ref()),
        row.institution.as_str(),
        row.link.as_bytes(),
        row.purpose,
        row.evidence.as_bytes(),
        row.recipient,
        row.data.map(ConsentData::written),
        row.version,
    ];
    unit.execute("adding a consent", ADD, values).map(drop)
}

pub fn change_consent(
    unit: &Unit<'_>,
    id: ConsentId,
    expected: u32,
    state: &ConsentState,
) -> Result<(), StoreError> {
    let (state, granted_at, ended_at) = state_columns(state);
    let values =
        params![unit.tenant.as_bytes(), id.as_bytes(), expected, state, granted_at, ended_at];
    unit.change("changing a consent", CHANGE, values)
}

pub fn narrow_consent(
    unit: &Unit<'_>,
    id: ConsentId,
    expected: u32,
    data: ConsentData,
) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), expected, data.written()];
    unit.change("narrowing a consent", NARROW, values)
}

pub fn expect_consent(unit: &Unit<'_>, id: ConsentId, expected: u32) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), expected];
    let there = first(unit.connection, IN_VERSION, values, |_| Ok(()))?;
    there.ok_or_else(|| StoreError::conflict("expecting a consent"))
}

pub fn add_sets(unit: &Unit<'_>, sets: &[ConsentSetRow]) -> Result<(), StoreError> {
    const ADDING: &str = "adding consent sets";
    let mut add = unit.connection.prepare_cached(ADD_SET).doing(ADDING)?;
    for set in sets {
        add.execute(params![
            unit.tenant.as_bytes(),
            set.id.as_bytes(),
            set.consent.as_bytes(),
            bytes_or_null(set.rest.as_ref()),
        ])
        .doing(ADDING)?;
    }
    Ok(())
}

fn state_columns(state: &ConsentState) -> (i64, i64, Option<i64>) {
    let (code, ended_at) = match *state {
        ConsentState::Granted { expires_at, .. } => (GRANTED, expires_at),
        ConsentState::Suspended { expires_at, .. } => (SUSPENDED, expires_at),
        ConsentState::Revoked { at, .. } => (REVOKED, Some(at)),
        ConsentState::Expired { at, .. } => (EXPIRED, Some(at)),
    };
    (code, state.granted_at().as_microsecond(), ended_at.map(Timestamp::as_microsecond))
}

/// The state of a consent from its columns `state, granted_at, ended_at`.
pub fn read_state(columns: &mut Columns<'_>) -> Result<ConsentState, StoreError> {
    let code = columns.integer()?;
    let granted_at = columns.timestamp()?;
    match (code, columns.optional_timestamp()?) {
        (GRANTED, expires_at) => Ok(ConsentState::Granted { at: granted_at, expires_at }),
        (SUSPENDED, expires_at) => Ok(ConsentState::Suspended { granted_at, expires_at }),
        (REVOKED, Some(at)) => Ok(ConsentState::Revoked { granted_at, at }),
        (EXPIRED, Some(at)) => Ok(ConsentState::Expired { granted_at, at }),
        _ => Err(damaged()),
    }
}

/// Which data a consent is about, from its column.
pub fn read_data(written: Option<&str>) -> Result<Option<ConsentData>, StoreError> {
    let Some(written) = written else { return Ok(None) };
    ConsentData::parse(written.split(',')).map(Some).ok_or_else(damaged)
}

fn read_set(columns: &mut Columns<'_>) -> Result<ConsentSetRow, StoreError> {
    Ok(ConsentSetRow { id: columns.id()?, consent: columns.id()?, rest: columns.optional_id()? })
}

/// A consent, on one state of the store with what else is read there.
pub fn consent(
    connection: &Connection,
    tenant: TenantId,
    id: ConsentId,
) -> Result<Option<ConsentRow>, StoreError> {
    first(connection, CONSENT, params![tenant.as_bytes(), id.as_bytes()], read_consent)
}

fn read_consent(columns: &mut Columns<'_>) -> Result<ConsentRow, StoreError> {
    Ok(ConsentRow {
        state: read_state(columns)?,
        id: columns.id()?,
        kind: columns.word(ConsentKind::parse)?,
        person: columns.optional_id()?,
        institution: columns.word(|word| InstitutionId::parse(word).ok())?,
        link: columns.id()?,
        purpose: columns.text()?.to_owned(),
        evidence: ContentHash::from_bytes(columns.array()?),
        recipient: columns.optional_text()?.map(str::to_owned),
        data: read_data(columns.optional_text()?)?,
        version: columns.number()?,
    })
}
