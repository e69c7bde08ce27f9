//! Persons and links.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{InstitutionId, LinkSource, LinkState};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{LinkId, PersonId, TenantId};
use cartola_store::people::{Barred, LinkRow, LinkSecretRow, PersonRow};
use cartola_store::{Page, People, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, damaged};
use crate::rows::{first, page};
use crate::unit::Unit;

macro_rules! person_columns {
    () => {
        "id, lookup, identity_key, identity_schema, identity_sealed, created_at, version"
    };
}

const PERSON: &str =
    concat!("SELECT ", person_columns!(), " FROM person WHERE tenant = ?1 AND id = ?2");
const PERSON_BY_LOOKUP: &str =
    concat!("SELECT ", person_columns!(), " FROM person WHERE tenant = ?1 AND lookup = ?2");
const ADD_PERSON: &str = concat!(
    "INSERT INTO person (tenant, ",
    person_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
);
const PERSON_IN_VERSION: &str =
    "SELECT 1 FROM person WHERE tenant = ?1 AND id = ?2 AND version = ?3";

macro_rules! link_columns {
    () => {
        "id, institution, person, source, state, state_at, version"
    };
}

const LINK_OF: &str = concat!(
    "SELECT ",
    link_columns!(),
    " FROM link WHERE tenant = ?1 AND institution = ?2 AND person = ?3 AND source = ?4"
);
const LINKS: &str =
    concat!("SELECT ", link_columns!(), " FROM link WHERE tenant = ?1 AND id > ?2 ORDER BY id");
const ADD_LINK: &str = concat!(
    "INSERT INTO link (tenant, ",
    link_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"
);
const LINK: &str = concat!("SELECT ", link_columns!(), " FROM link WHERE tenant = ?1 AND id = ?2");
const LINK_SECRET: &str = "SELECT link, mandate, barred_since, barred_until, secret_key, \
    secret_schema, secret_sealed FROM link_secret WHERE tenant = ?1 AND link = ?2";
const KEEP_LINK_SECRET: &str = "INSERT OR REPLACE INTO link_secret \
    (tenant, link, mandate, barred_since, barred_until, secret_key, secret_schema, secret_sealed) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
const DESTROY_LINK_SECRET: &str = "DELETE FROM link_secret WHERE tenant = ?1 AND link = ?2";
const CHANGE_LINK: &str = "UPDATE link SET state = ?4, state_at = ?5, version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";

#[async_trait]
impl People for SqliteStore {
    async fn person(
        &self,
        tenant: TenantId,
        id: PersonId,
    ) -> Result<Option<PersonRow>, StoreError> {
        self.first(PERSON, tenant, *id.as_bytes(), read_person).await
    }

    async fn person_by_lookup(
        &self,
        tenant: TenantId,
        lookup: &Digest,
    ) -> Result<Option<PersonRow>, StoreError> {
        let lookup = *lookup;
        self.glance(move |connection| {
            let values = params![tenant.as_bytes(), lookup.as_bytes()];
            first(connection, PERSON_BY_LOOKUP, values, read_person)
        })
        .await
    }

    async fn link_of(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: Option<PersonId>,
        source: LinkSource,
    ) -> Result<Option<LinkRow>, StoreError> {
        let institution = institution.clone();
        self.glance(move |connection| {
            let values = params![
                tenant.as_bytes(),
                institution.as_str(),
                bytes_or_empty(person.as_ref()),
                source.name()
            ];
            first(connection, LINK_OF, values, read_link)
        })
        .await
    }

    async fn link(&self, tenant: TenantId, id: LinkId) -> Result<Option<LinkRow>, StoreError> {
        self.first(LINK, tenant, *id.as_bytes(), read_link).await
    }

    async fn link_secret(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<LinkSecretRow>, StoreError> {
        self.glance(move |connection| {
            let values = params![tenant.as_bytes(), link.as_bytes()];
            first(connection, LINK_SECRET, values, read_link_secret)
        })
        .await
    }

    async fn links(
        &self,
        tenant: TenantId,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<LinkRow, LinkId>, StoreError> {
        self.read(move |connection| {
            let values = params![tenant.as_bytes(), bytes_or_empty(after.as_ref())];
            page(
                connection,
                LINKS,
                values,
                limit,
                |row: &LinkRow| row.id,
                |columns| read_link(columns).map(Some),
            )
        })
        .await
    }
}

pub fn add_person(unit: &Unit<'_>, row: &PersonRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.lookup.as_bytes(),
        row.sealed.key.as_bytes(),
        row.sealed.schema,
        row.sealed.bytes,
        row.created_at.as_microsecond(),
        row.version,
    ];
    unit.execute("adding a person", ADD_PERSON, values).map(drop)
}

pub fn expect_person(unit: &Unit<'_>, id: PersonId, expected: u32) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), expected];
    let there = first(unit.connection, PERSON_IN_VERSION, values, |_| Ok(()))?;
    there.ok_or_else(|| StoreError::conflict("expecting a person"))
}

pub fn expect_nobody(unit: &Unit<'_>, lookup: &Digest) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), lookup.as_bytes()];
    match first(unit.connection, PERSON_BY_LOOKUP, values, read_person)? {
        None => Ok(()),
        Some(_) => Err(StoreError::conflict("expecting nobody")),
    }
}

pub fn add_link(unit: &Unit<'_>, row: &LinkRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.institution.as_str(),
        bytes_or_empty(row.person.as_ref()),
        row.source.name(),
        row.state.name(),
        state_at(&row.state).as_microsecond(),
        row.version,
    ];
    unit.execute("adding a link", ADD_LINK, values).map(drop)
}

pub fn change_link(
    unit: &Unit<'_>,
    id: LinkId,
    expected: u32,
    state: &LinkState,
) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        id.as_bytes(),
        expected,
        state.name(),
        state_at(state).as_microsecond(),
    ];
    unit.change("changing a link", CHANGE_LINK, values)
}

pub fn keep_link_secret(unit: &Unit<'_>, row: &LinkSecretRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.link.as_bytes(),
        row.mandate.as_bytes(),
        row.barred.map(|barred| barred.since.as_microsecond()),
        row.barred.and_then(|barred| barred.until).map(Timestamp::as_microsecond),
        row.sealed.key.as_bytes(),
        row.sealed.schema,
        row.sealed.bytes,
    ];
    unit.execute("keeping what a link signs in with", KEEP_LINK_SECRET, values).map(drop)
}

pub fn destroy_link_secret(unit: &Unit<'_>, link: LinkId) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), link.as_bytes()];
    unit.change("destroying what a link signs in with", DESTROY_LINK_SECRET, values)
}

const fn state_at(state: &LinkState) -> Timestamp {
    match *state {
        LinkState::Active { since } => since,
        LinkState::Revoked { at } => at,
    }
}

fn read_person(columns: &mut Columns<'_>) -> Result<PersonRow, StoreError> {
    Ok(PersonRow {
        id: columns.id()?,
        lookup: columns.digest()?,
        sealed: columns.sealed()?,
        created_at: columns.timestamp()?,
        version: columns.number()?,
    })
}

fn read_link(columns: &mut Columns<'_>) -> Result<LinkRow, StoreError> {
    Ok(LinkRow {
        id: columns.id()?,
        institution: columns.word(|word| InstitutionId::parse(word).ok())?,
        person: columns.optional_id()?,
        source: columns.word(LinkSource::parse)?,
        state: read_state(columns)?,
        version: columns.number()?,
    })
}

fn read_barred(columns: &mut Columns<'_>) -> Result<Option<Barred>, StoreError> {
    let (since, until) = (columns.optional_timestamp()?, columns.optional_timestamp()?);
    Ok(since.map(|since| Barred { since, until }))
}

fn read_link_secret(columns: &mut Columns<'_>) -> Result<LinkSecretRow, StoreError> {
    Ok(LinkSecretRow {
        link: columns.id()?,
        mandate: columns.id()?,
        barred: read_barred(columns)?,
        sealed: columns.sealed()?,
    })
}

fn read_state(columns: &mut Columns<'_>) -> Result<LinkState, StoreError> {
    let name = columns.text()?;
    let at = columns.timestamp()?;
    match name {
        "active" => Ok(LinkState::Active { since: at }),
        "revoked" => Ok(LinkState::Revoked { at }),
        _ => Err(damaged()),
    }
}
