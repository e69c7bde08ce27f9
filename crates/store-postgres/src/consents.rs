//! The consent ledger.

use std::collections::HashSet;

use async_trait::async_trait;
use cartola_crypto::ContentHash;
use cartola_model::{ConsentData, ConsentKind, ConsentState, InstitutionId};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, ConsentSetId, LinkId, PersonId, TenantId};
use cartola_store::consents::{ConsentRow, ConsentSetRow, RanOut};
use cartola_store::{Consents, MAX_PAGE, Page, StoreError};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::permits::{self, Permits, WALK};
use crate::rows::{each, one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! consent_columns {
    () => {
        "state, granted_at, ended_at, id, kind, person, institution, link, purpose, evidence, \
         recipient, data, version"
    };
}
pub(crate) use consent_columns;

/// How many those are.
pub const CONSENT_COLUMNS: usize = 13;

const CONSENT: &str =
    concat!("SELECT ", consent_columns!(), " FROM consent WHERE tenant = $1 AND id = $2");
const CONSENTS: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3"
);
const CONSENTS_OF_LINK: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = $1 AND link = $4 AND id > $2 ORDER BY id LIMIT $3"
);
const MANDATES_OF_LINKS: &str = concat!(
    "SELECT mandate.* FROM unnest($2::uuid[]) AS asked (id) CROSS JOIN LATERAL (SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = $1 AND consent.id = coalesce(\
     (SELECT mandate FROM link_secret WHERE tenant = $1 AND link = asked.id), \
     (SELECT ended.id FROM consent AS ended WHERE ended.tenant = $1 AND ended.link = asked.id \
     AND ended.state NOT IN (1, 4) AND ended.purpose <> ALL ($3::text[]) ORDER BY ended.ended_at DESC, ended.id DESC LIMIT 1))) AS mandate"
);
const CONSENTS_OF_PERSON: &str = concat!(
    "SELECT ",
    consent_columns!(),
    " FROM consent WHERE tenant = $1 AND person = $4 AND id > $2 ORDER BY id LIMIT $3"
);
const ADD: &str = concat!(
    "INSERT INTO consent (tenant, ",
    consent_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
);
/// Held to the end of the transaction: what was decided on a consent is committed before it ends.
const IN_VERSION: &str =
    "SELECT 1 FROM consent WHERE tenant = $1 AND id = $2 AND version = $3 FOR SHARE";
const CHANGE: &str = "UPDATE consent SET state = $4, granted_at = $5, ended_at = $6, \
    version = version + 1 WHERE tenant = $1 AND id = $2 AND version = $3";
const NARROW: &str = "UPDATE consent SET data = $4, version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";
const RUN_OUT: &str = "SELECT ended_at, tenant, id FROM consents_run_out_after($1, $2, $3, $4, $5)";
const SETS: &str = "SELECT s.* FROM (SELECT DISTINCT id FROM unnest($2::uuid[]) AS asked (id)) asked \
    CROSS JOIN LATERAL (SELECT id, consent, rest FROM consent_set \
    WHERE tenant = $1 AND id = asked.id LIMIT 1) s";
const ALL_SETS: &str = "SELECT id, consent, rest FROM consent_set \
    WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
const ADD_SETS: &str = "INSERT INTO consent_set (tenant, id, consent, rest) \
    SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[])";

/// Named by number in the statements of [`permits`] too.
const GRANTED: i64 = 1;
const REVOKED: i64 = 2;
const EXPIRED: i64 = 3;
const SUSPENDED: i64 = 4;

#[async_trait]
impl Consents for PostgresStore {
    async fn consent(
        &self,
        tenant: TenantId,
        id: ConsentId,
    ) -> Result<Option<ConsentRow>, StoreError> {
        self.first(tenant, CONSENT, values![&tenant, &id], read_consent).await
    }

    async fn holding(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
        now: Timestamp,
    ) -> Result<HashSet<ConsentSetId>, StoreError> {
        let values = Permits::values(tenant, sets.iter().copied(), now);
        let rows = self.rows(tenant, WALK, values).await?;
        permits::holding(tenant, sets, now, &rows)
    }

    async fn consent_sets(
        &self,
        tenant: TenantId,
        sets: Vec<ConsentSetId>,
    ) -> Result<Vec<ConsentSetRow>, StoreError> {
        self.all(tenant, SETS, values![&tenant, Value::ids(&sets)], read_set).await
    }

    async fn all_consent_sets(
        &self,
        tenant: TenantId,
        after: Option<ConsentSetId>,
        limit: usize,
    ) -> Result<Page<ConsentSetRow, ConsentSetId>, StoreError> {
        let values = values![&tenant, Value::id_or_nil(after.as_ref()), one_more(limit)];
        let rows = self.all(tenant, ALL_SETS, values, read_set).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn consents(
        &self,
        tenant: TenantId,
        link: Option<LinkId>,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError> {
        let (after, one_more) = (Value::id_or_nil(after.as_ref()), one_more(limit));
        let (query, values) = match link {
            Some(link) => (CONSENTS_OF_LINK, values![&tenant, after, one_more, &link]),
            None => (CONSENTS, values![&tenant, after, one_more]),
        };
        let rows = self.all(tenant, query, values, read_consent).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn mandates_of_links(
        &self,
        tenant: TenantId,
        links: Vec<LinkId>,
        beside: &'static [&'static str],
    ) -> Result<Vec<ConsentRow>, StoreError> {
        let beside = Value::List(beside.iter().map(|purpose| Value::text(purpose)).collect());
        let values = values![&tenant, Value::ids(&links), beside];
        self.all(tenant, MANDATES_OF_LINKS, values, read_consent).await
    }

    async fn consents_of_person(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let values = values![&tenant, after, one_more(limit), &person];
        let rows = self.all(tenant, CONSENTS_OF_PERSON, values, read_consent).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn run_out(
        &self,
        now: Timestamp,
        after: Option<RanOut>,
    ) -> Result<Vec<RanOut>, StoreError> {
        let ended_at = after.map_or(i64::MIN, |after| after.ended_at.as_microsecond());
        let tenant = Value::id_or_nil(after.map(|after| after.tenant).as_ref());
        let id = Value::id_or_nil(after.map(|after| after.id).as_ref());
        let values = values![now, MAX_PAGE as u64, ended_at, tenant, id];
        each(&self.of_nobody(RUN_OUT, values).await?, |columns: &mut Columns<'_>| {
            let ended_at = columns.timestamp()?;
            Ok(RanOut { ended_at, tenant: columns.id()?, id: columns.id()? })
        })
    }
}

pub fn add_consent(unit: &mut Unit, row: &ConsentRow) {
    let (state, granted_at, ended_at) = state_columns(&row.state);
    let values = values![
        &unit.tenant,
        state,
        granted_at,
        ended_at,
        &row.id,
        row.kind.name(),
        row.person.as_ref(),
        row.institution.as_str(),
        &row.link,
        row.purpose.as_str(),
        row.evidence.as_bytes().to_vec(),
        row.recipient.clone(),
        row.data.map(ConsentData::written),
        row.version,
    ];
    unit.execute("adding a consent", ADD, values);
}

pub fn change_consent(unit: &mut Unit, id: ConsentId, expected: u32, state: &ConsentState) {
    let (state, granted_at, ended_at) = state_columns(state);
    let values = values![&unit.tenant, &id, expected, state, granted_at, ended_at];
    unit.change("changing a consent", CHANGE, values);
}

pub fn narrow_consent(unit: &mut Unit, id: ConsentId, expected: u32, data: ConsentData) {
    let values = values![&unit.tenant, &id, expected, data.written()];
    unit.change("narrowing a consent", NARROW, values);
}

pub fn expect_consent(unit: &mut Unit, id: ConsentId, expected: u32) {
    unit.change("expecting a consent", IN_VERSION, values![&unit.tenant, &id, expected]);
}

pub fn add_sets(unit: &mut Unit, sets: &[ConsentSetRow]) {
    let values = values![
        &unit.tenant,
        Value::ids(sets.iter().map(|set| &set.id)),
        Value::ids(sets.iter().map(|set| &set.consent)),
        Value::List(sets.iter().map(|set| set.rest.as_ref().into()).collect()),
    ];
    unit.execute("adding consent sets", ADD_SETS, values);
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

fn read_data(written: Option<&str>) -> Result<Option<ConsentData>, StoreError> {
    let Some(written) = written else { return Ok(None) };
    ConsentData::parse(written.split(',')).map(Some).ok_or_else(damaged)
}

fn read_set(columns: &mut Columns<'_>) -> Result<ConsentSetRow, StoreError> {
    Ok(ConsentSetRow { id: columns.id()?, consent: columns.id()?, rest: columns.optional_id()? })
}

/// A consent, of those columns.
pub fn read_consent(columns: &mut Columns<'_>) -> Result<ConsentRow, StoreError> {
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
