//! Phones, and what people approve on them.

use async_trait::async_trait;
use cartola_crypto::{ContentHash, Digest};
use cartola_model::authorization::IdentityProof;
use cartola_model::{AuthorizationStanding, EnrolmentStanding, OperationKind};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AuthorizationId, EnrolmentId, ID_BYTES, PersonId, TenantId};
use cartola_store::authorizations::{
    AuthorizationChange, AuthorizationFilter, AuthorizationProgress, AuthorizationRow,
    EnrolmentChange, EnrolmentFilter, EnrolmentProgress, EnrolmentRow, KnownPayee,
    read_authorization, read_enrolment, written_authorization, written_enrolment,
};
use cartola_store::payments::PaymentCase;
use cartola_store::{Authorizations, MAX_PAGE, Page, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::jobs::read_continuation;
use crate::rows::{one_more, only, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! enrolment_columns {
    () => {
        "id, person, proof, evidence, code, created_at, state, standing, changed_at, phone_key, \
         phone_schema, phone_sealed, version"
    };
}

macro_rules! enrolment_where {
    ($rest:literal) => {
        concat!("SELECT ", enrolment_columns!(), " FROM enrolment WHERE tenant = $1 AND ", $rest)
    };
}

macro_rules! authorized_columns {
    () => {
        "id, person, enrolment, kind, channel, amount, currency, case_key, case_fingerprint, \
         created_at, content_key, content_schema, content_sealed, state, standing, changed_at, \
         signature_key, signature_schema, signature_sealed, next_id, next_kind, next_key, \
         next_schema, next_sealed, version"
    };
}

macro_rules! authorized_where {
    ($rest:literal) => {
        concat!("SELECT ", authorized_columns!(), " FROM authorized WHERE tenant = $1 AND ", $rest)
    };
}

/// The page before an id, of a kind and a span of time where that is asked.
macro_rules! authorized_page {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            authorized_columns!(),
            " FROM authorized WHERE tenant = $1 AND id <= $2 AND id <> $3 \
             AND ($4::text IS NULL OR kind = $4) AND ($5::bigint IS NULL OR created_at >= $5) \
             AND ($6::bigint IS NULL OR created_at < $6) ",
            $rest,
            " ORDER BY id DESC LIMIT $7"
        )
    };
}

const ENROLMENT: &str = enrolment_where!("id = $2");
const OF_CODE: &str = enrolment_where!("code = $2");
const ENROLMENTS: &str = enrolment_where!(
    "id <= $2 AND id <> $3 AND ($4::text IS NULL OR state = $4) \
     AND (NOT $6::boolean OR phone_sealed IS NOT NULL) ORDER BY id DESC LIMIT $5"
);
const ENROLMENTS_OF: &str = enrolment_where!(
    "id <= $2 AND id <> $3 AND ($4::text IS NULL OR state = $4) \
     AND (NOT $6::boolean OR phone_sealed IS NOT NULL) AND person = $7 ORDER BY id DESC LIMIT $5"
);
const ADD_ENROLMENT: &str = concat!(
    "INSERT INTO enrolment (tenant, ",
    enrolment_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
);
const CHANGE_ENROLMENT: &str = "UPDATE enrolment SET state = $4, standing = $5, changed_at = $6, \
    phone_key = $7, phone_schema = $8, phone_sealed = $9, version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";
/// Held to the end of the transaction: what was decided on a phone is committed before it ends.
const IN_VERSION: &str =
    "SELECT 1 FROM enrolment WHERE tenant = $1 AND id = $2 AND version = $3 FOR SHARE";

const AUTHORIZED: &str = authorized_where!("id = $2");
const OF_CASE: &str = authorized_where!("case_key = $2");
const ALL: &str = authorized_page!("");
const OF_STATE: &str = authorized_page!("AND state = $8");
const OF_PERSON: &str = authorized_page!("AND ($8::text IS NULL OR state = $8) AND person = $9");
const ADD: &str = concat!(
    "INSERT INTO authorized (tenant, ",
    authorized_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
     $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)"
);
const CHANGE: &str = "UPDATE authorized SET state = $4, standing = $5, changed_at = $6, \
    signature_key = $7, signature_schema = $8, signature_sealed = $9, next_id = $10, \
    next_kind = $11, next_key = $12, next_schema = $13, next_sealed = $14, \
    version = version + 1 WHERE tenant = $1 AND id = $2 AND version = $3";

const KNOWS: &str = "SELECT 1 FROM known_payee WHERE tenant = $1 AND person = $2 AND payee = $3 \
    AND since >= $4";
const KNOWN: &str = "SELECT person, payee, authorization_id, since FROM known_payee \
    WHERE tenant = $1 AND person = $2 AND payee > $3 ORDER BY payee LIMIT $4";
const KEEP: &str = "INSERT INTO known_payee (tenant, person, payee, authorization_id, since) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, person, payee) DO UPDATE \
    SET authorization_id = excluded.authorization_id, since = excluded.since";
const FORGET: &str = "SELECT forget_payees($1, $2)";

/// The last id that there can be.
const LAST_ID: [u8; ID_BYTES] = [0xff; ID_BYTES];

#[async_trait]
impl Authorizations for PostgresStore {
    async fn enrolment(
        &self,
        tenant: TenantId,
        id: EnrolmentId,
    ) -> Result<Option<EnrolmentRow>, StoreError> {
        self.first(tenant, ENROLMENT, values![&tenant, &id], read_enrolment_row).await
    }

    async fn enrolment_of_code(
        &self,
        tenant: TenantId,
        code: &Digest,
    ) -> Result<Option<EnrolmentRow>, StoreError> {
        self.first(tenant, OF_CODE, values![&tenant, code], read_enrolment_row).await
    }

    async fn enrolments(
        &self,
        tenant: TenantId,
        filter: EnrolmentFilter,
        before: Option<EnrolmentId>,
        limit: usize,
    ) -> Result<Page<EnrolmentRow, EnrolmentId>, StoreError> {
        // From the last one of the page before, without it; the nil id is nobody's.
        let from = Value::Id(before.map_or(LAST_ID, |id| *id.as_bytes()));
        let without = Value::id_or_nil(before.as_ref());
        let state = filter.standing.map(EnrolmentStanding::name);
        let most = one_more(limit);
        let mut values = values![&tenant, from, without, state, most, filter.with_phone];
        values.extend(filter.person.as_ref().map(Value::id));
        let query = if filter.person.is_some() { ENROLMENTS_OF } else { ENROLMENTS };
        let rows = self.all(tenant, query, values, read_enrolment_row).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn authorization(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
    ) -> Result<Option<AuthorizationRow>, StoreError> {
        self.first(tenant, AUTHORIZED, values![&tenant, &id], read_row).await
    }

    async fn authorization_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<AuthorizationRow>, StoreError> {
        self.first(tenant, OF_CASE, values![&tenant, key], read_row).await
    }

    async fn authorizations(
        &self,
        tenant: TenantId,
        filter: AuthorizationFilter,
        before: Option<AuthorizationId>,
        limit: usize,
    ) -> Result<Page<AuthorizationRow, AuthorizationId>, StoreError> {
        let from = Value::Id(before.map_or(LAST_ID, |id| *id.as_bytes()));
        let without = Value::id_or_nil(before.as_ref());
        let kind = filter.kind.map(OperationKind::name);
        let (since, until, size) = (filter.from, filter.before, one_more(limit));
        let mut values = values![&tenant, from, without, kind, since, until, size];
        let state = filter.standing.map(AuthorizationStanding::name);
        let query = match (filter.person, state) {
            (None, None) => ALL,
            (None, Some(state)) => {
                values.push(state.into());
                OF_STATE
            }
            (Some(person), state) => {
                values.extend(values![state, &person]);
                OF_PERSON
            }
        };
        let rows = self.all(tenant, query, values, read_row).await?;
        Ok(page(rows, limit, |row| row.id))
    }

    async fn knows_payee(
        &self,
        tenant: TenantId,
        person: PersonId,
        payee: &Digest,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let values = values![&tenant, &person, payee, since];
        Ok(self.first(tenant, KNOWS, values, |_| Ok(())).await?.is_some())
    }

    async fn known_payees(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Page<KnownPayee, Digest>, StoreError> {
        let after = after.map_or_else(Vec::new, |payee| payee.as_bytes().to_vec());
        let values = values![&tenant, &person, after, one_more(limit)];
        let rows = self.all(tenant, KNOWN, values, read_payee).await?;
        Ok(page(rows, limit, |row| row.payee))
    }

    async fn forget_payees(&self, before: Timestamp) -> Result<usize, StoreError> {
        let rows = self.of_nobody(FORGET, values![before, MAX_PAGE as u64]).await?;
        only(&rows, |columns: &mut Columns<'_>| columns.number())
    }
}

pub fn add_enrolment(unit: &mut Unit, row: &EnrolmentRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        &row.person,
        row.proof.name(),
        row.evidence.as_bytes().to_vec(),
        &row.code,
        row.created_at,
    ];
    values.extend(enrolment_values(&row.standing));
    values.push(Value::from(row.version));
    unit.execute("adding an enrolment", ADD_ENROLMENT, values);
}

pub fn change_enrolment(unit: &mut Unit, change: &EnrolmentChange) {
    let mut values = values![&unit.tenant, &change.id, change.expected];
    values.extend(enrolment_values(&change.standing));
    unit.change("moving an enrolment on", CHANGE_ENROLMENT, values);
}

/// The columns that change, from `state` on.
fn enrolment_values(standing: &EnrolmentProgress) -> Vec<Value> {
    let mut values = values![
        standing.state.standing().name(),
        written_enrolment(&standing.state),
        standing.changed_at,
    ];
    values.extend(Value::sealed(standing.phone.as_ref()));
    values
}

pub fn expect_enrolment(unit: &mut Unit, id: EnrolmentId, expected: u32) {
    unit.change("expecting an enrolment", IN_VERSION, values![&unit.tenant, &id, expected]);
}

pub fn add_authorization(unit: &mut Unit, row: &AuthorizationRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        &row.person,
        &row.enrolment,
        row.kind.name(),
        row.channel.as_str(),
        row.amount.map(|amount| amount.minor()),
        row.amount.map(|amount| amount.currency().code()),
        &row.case.key,
        &row.case.fingerprint,
        row.created_at,
    ];
    values.extend(Value::sealed(Some(&row.content)));
    values.extend(standing_values(&row.standing));
    values.push(Value::from(row.version));
    unit.execute("adding an authorization", ADD, values);
}

pub fn change_authorization(unit: &mut Unit, change: &AuthorizationChange) {
    let mut values = values![&unit.tenant, &change.id, change.expected];
    values.extend(standing_values(&change.standing));
    unit.change("moving an authorization on", CHANGE, values);
}

/// The columns that change, from `state` on.
fn standing_values(standing: &AuthorizationProgress) -> Vec<Value> {
    let next = standing.continuation.as_ref();
    let mut values = values![
        standing.state.standing().name(),
        written_authorization(&standing.state),
        standing.changed_at,
    ];
    values.extend(Value::sealed(standing.signature.as_ref()));
    values.extend(values![next.map(|next| &next.id), next.map(|next| next.kind.as_str()),]);
    values.extend(Value::sealed(next.and_then(|next| next.arguments.as_ref())));
    values
}

pub fn keep_payee(unit: &mut Unit, row: &KnownPayee) {
    let values = values![&unit.tenant, &row.person, &row.payee, &row.authorization, row.since];
    unit.execute("keeping a payee", KEEP, values);
}

fn read_payee(columns: &mut Columns<'_>) -> Result<KnownPayee, StoreError> {
    Ok(KnownPayee {
        person: columns.id()?,
        payee: columns.digest()?,
        authorization: columns.id()?,
        since: columns.timestamp()?,
    })
}

fn read_enrolment_row(columns: &mut Columns<'_>) -> Result<EnrolmentRow, StoreError> {
    Ok(EnrolmentRow {
        id: columns.id()?,
        person: columns.id()?,
        proof: columns.word(IdentityProof::parse)?,
        evidence: ContentHash::from_bytes(columns.array()?),
        code: columns.digest()?,
        created_at: columns.timestamp()?,
        standing: {
            let name = columns.text()?;
            EnrolmentProgress {
                state: columns.word(|written| read_enrolment(name, written))?,
                changed_at: columns.timestamp()?,
                phone: columns.optional_sealed()?,
            }
        },
        version: columns.number()?,
    })
}

fn read_row(columns: &mut Columns<'_>) -> Result<AuthorizationRow, StoreError> {
    Ok(AuthorizationRow {
        id: columns.id()?,
        person: columns.id()?,
        enrolment: columns.id()?,
        kind: columns.word(OperationKind::parse)?,
        channel: columns.text()?.to_owned(),
        amount: columns.optional_amount()?,
        case: PaymentCase { key: columns.digest()?, fingerprint: columns.digest()? },
        created_at: columns.timestamp()?,
        content: columns.sealed()?,
        standing: read_standing(columns)?,
        version: columns.number()?,
    })
}

fn read_standing(columns: &mut Columns<'_>) -> Result<AuthorizationProgress, StoreError> {
    let name = columns.text()?;
    Ok(AuthorizationProgress {
        state: columns.word(|written| read_authorization(name, written))?,
        changed_at: columns.timestamp()?,
        signature: columns.optional_sealed()?,
        continuation: read_continuation(columns)?,
    })
}
