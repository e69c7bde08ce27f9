//! Persons and links.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{InstitutionId, LinkSource, LinkState};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{LinkId, PersonId, TenantId};
use cartola_store::people::{Barred, LinkRow, LinkSecretRow, PersonRow};
use cartola_store::{Page, People, StoreError};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! person_columns {
    () => {
        "id, lookup, identity_key, identity_schema, identity_sealed, created_at, version"
    };
}

const PERSON: &str =
    concat!("SELECT ", person_columns!(), " FROM person WHERE tenant = $1 AND id = $2");
const PERSON_BY_LOOKUP: &str =
    concat!("SELECT ", person_columns!(), " FROM person WHERE tenant = $1 AND lookup = $2");
const ADD_PERSON: &str = concat!(
    "INSERT INTO person (tenant, ",
    person_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
);
/// Held to the end of the transaction: what is added of a person is there before a matter of theirs is
/// decided.
const PERSON_IN_VERSION: &str =
    "SELECT 1 FROM person WHERE tenant = $1 AND id = $2 AND version = $3 FOR SHARE";

const NOBODY_BY_LOOKUP: &str = "SELECT 1 WHERE NOT EXISTS \
    (SELECT 1 FROM person WHERE tenant = $1 AND lookup = $2)";

macro_rules! link_columns {
    () => {
        "id, institution, person, source, state, state_at, version"
    };
}

const LINK_OF: &str = concat!(
    "SELECT ",
    link_columns!(),
    " FROM link WHERE tenant = $1 AND institution = $2 AND person = $3 AND source = $4"
);
const LINKS: &str = concat!(
    "SELECT ",
    link_columns!(),
    " FROM link WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3"
);
const ADD_LINK: &str = concat!(
    "INSERT INTO link (tenant, ",
    link_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
);
const LINK: &str = concat!("SELECT ", link_columns!(), " FROM link WHERE tenant = $1 AND id = $2");
const LINK_SECRET: &str = "SELECT link, mandate, barred_since, barred_until, secret_key, \
    secret_schema, secret_sealed FROM link_secret WHERE tenant = $1 AND link = $2";
const KEEP_LINK_SECRET: &str = "INSERT INTO link_secret \
    (tenant, link, mandate, barred_since, barred_until, secret_key, secret_schema, secret_sealed) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, link) DO UPDATE SET \
    (mandate, barred_since, barred_until, secret_key, secret_schema, secret_sealed) = \
    (excluded.mandate, excluded.barred_since, excluded.barred_until, excluded.secret_key, \
    excluded.secret_schema, excluded.secret_sealed)";
const DESTROY_LINK_SECRET: &str = "DELETE FROM link_secret WHERE tenant = $1 AND link = $2";
const CHANGE_LINK: &str = "UPDATE link SET state = $4, state_at = $5, version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";

#[async_trait]
impl People for PostgresStore {
    async fn person(
        &self,
        tenant: TenantId,
        id: PersonId,
    ) -> Result<Option<PersonRow>, StoreError> {
        self.first(tenant, PERSON, values![&tenant, &id], read_person).await
    }

    async fn person_by_lookup(
        &self,
        tenant: TenantId,
        lookup: &Digest,
    ) -> Result<Option<PersonRow>, StoreError> {
        self.first(tenant, PERSON_BY_LOOKUP, values![&tenant, lookup], read_person).await
    }

    async fn link_of(
        &self,
        tenant: TenantId,
        institution: &InstitutionId,
        person: Option<PersonId>,
        source: LinkSource,
    ) -> Result<Option<LinkRow>, StoreError> {
        let person = Value::id_or_nil(person.as_ref());
        let values = values![&tenant, institution.as_str(), person, source.name()];
        self.first(tenant, LINK_OF, values, read_link).await
    }

    async fn link(&self, tenant: TenantId, id: LinkId) -> Result<Option<LinkRow>, StoreError> {
        self.first(tenant, LINK, values![&tenant, &id], read_link).await
    }

    async fn link_secret(
        &self,
        tenant: TenantId,
        link: LinkId,
    ) -> Result<Option<LinkSecretRow>, StoreError> {
        self.first(tenant, LINK_SECRET, values![&tenant, &link], read_link_secret).await
    }

    async fn links(
        &self,
        tenant: TenantId,
        after: Option<LinkId>,
        limit: usize,
    ) -> Result<Page<LinkRow, LinkId>, StoreError> {
        let values = values![&tenant, Value::id_or_nil(after.as_ref()), one_more(limit)];
        let rows = self.all(tenant, LINKS, values, read_link).await?;
        Ok(page(rows, limit, |row| row.id))
    }
}

pub fn add_person(unit: &mut Unit, row: &PersonRow) {
    let mut values = values![&unit.tenant, &row.id, &row.lookup];
    values.extend(Value::sealed(Some(&row.sealed)));
    values.push(row.created_at.into());
    values.push(row.version.into());
    unit.execute("adding a person", ADD_PERSON, values);
}

pub fn expect_person(unit: &mut Unit, id: PersonId, expected: u32) {
    let values = values![&unit.tenant, &id, expected];
    unit.change("expecting a person", PERSON_IN_VERSION, values);
}

pub fn expect_nobody(unit: &mut Unit, lookup: &Digest) {
    unit.change("expecting nobody", NOBODY_BY_LOOKUP, values![&unit.tenant, lookup]);
}

pub fn add_link(unit: &mut Unit, row: &LinkRow) {
    let values = values![
        &unit.tenant,
        &row.id,
        row.institution.as_str(),
        Value::id_or_nil(row.person.as_ref()),
        row.source.name(),
        row.state.name(),
        state_at(&row.state),
        row.version,
    ];
    unit.execute("adding a link", ADD_LINK, values);
}

pub fn change_link(unit: &mut Unit, id: LinkId, expected: u32, state: &LinkState) {
    let values = values![&unit.tenant, &id, expected, state.name(), state_at(state)];
    unit.change("changing a link", CHANGE_LINK, values);
}

pub fn keep_link_secret(unit: &mut Unit, row: &LinkSecretRow) {
    let mut values = values![
        &unit.tenant,
        &row.link,
        &row.mandate,
        row.barred.map(|barred| barred.since),
        row.barred.and_then(|barred| barred.until),
    ];
    values.extend(Value::sealed(Some(&row.sealed)));
    unit.execute("keeping what a link signs in with", KEEP_LINK_SECRET, values);
}

pub fn destroy_link_secret(unit: &mut Unit, link: LinkId) {
    let values = values![&unit.tenant, &link];
    unit.change("destroying what a link signs in with", DESTROY_LINK_SECRET, values);
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
