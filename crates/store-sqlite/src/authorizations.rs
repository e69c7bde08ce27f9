//! Phones, and what people approve on them.

use async_trait::async_trait;
use cartola_crypto::{ContentHash, Digest};
use cartola_model::authorization::IdentityProof;
use cartola_model::{AuthorizationStanding, EnrolmentStanding, OperationKind};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AuthorizationId, EnrolmentId, PersonId, TenantId};
use cartola_store::authorizations::{
    AuthorizationChange, AuthorizationFilter, AuthorizationProgress, AuthorizationRow,
    EnrolmentChange, EnrolmentFilter, EnrolmentProgress, EnrolmentRow, KnownPayee,
    read_authorization, read_enrolment, written_authorization, written_enrolment,
};
use cartola_store::payments::PaymentCase;
use cartola_store::{Authorizations, MAX_PAGE, Page, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_null, sealed_columns, signed};
use crate::error::Doing;
use crate::jobs::read_continuation;
use crate::rows::{first, page};
use crate::unit::Unit;

macro_rules! enrolment_columns {
    () => {
        "id, person, proof, evidence, code, created_at, state, standing, changed_at, phone_key, \
         phone_schema, phone_sealed, version"
    };
}

macro_rules! enrolment_where {
    ($rest:literal) => {
        concat!("SELECT ", enrolment_columns!(), " FROM enrolment WHERE tenant = ?1 AND ", $rest)
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
        concat!("SELECT ", authorized_columns!(), " FROM authorized WHERE tenant = ?1 AND ", $rest)
    };
}

/// The page before an id, of a kind and a span of time where that is asked.
macro_rules! authorized_page {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            authorized_columns!(),
            " FROM authorized WHERE tenant = ?1 AND id < ?2 AND (?3 IS NULL OR kind = ?3) \
             AND (?4 IS NULL OR created_at >= ?4) AND (?5 IS NULL OR created_at < ?5) ",
            $rest,
            " ORDER BY id DESC"
        )
    };
}

const ENROLMENT: &str = enrolment_where!("id = ?2");
const OF_CODE: &str = enrolment_where!("code = ?2");
const ENROLMENTS: &str = enrolment_where!(
    "id < ?2 AND (?3 IS NULL OR state = ?3) AND (NOT ?4 OR phone_sealed IS NOT NULL) \
     ORDER BY id DESC"
);
const ENROLMENTS_OF: &str = enrolment_where!(
    "id < ?2 AND (?3 IS NULL OR state = ?3) AND (NOT ?4 OR phone_sealed IS NOT NULL) \
     AND person = ?5 ORDER BY id DESC"
);
const ADD_ENROLMENT: &str = concat!(
    "INSERT INTO enrolment (tenant, ",
    enrolment_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)"
);
const CHANGE_ENROLMENT: &str = "UPDATE enrolment SET state = ?4, standing = ?5, changed_at = ?6, \
    phone_key = ?7, phone_schema = ?8, phone_sealed = ?9, version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";
const IN_VERSION: &str = "SELECT 1 FROM enrolment WHERE tenant = ?1 AND id = ?2 AND version = ?3";

const AUTHORIZED: &str = authorized_where!("id = ?2");
const OF_CASE: &str = authorized_where!("case_key = ?2");
const ALL: &str = authorized_page!("");
const OF_STATE: &str = authorized_page!("AND state = ?6");
const OF_PERSON: &str = authorized_page!("AND (?6 IS NULL OR state = ?6) AND person = ?7");
const ADD: &str = concat!(
    "INSERT INTO authorized (tenant, ",
    authorized_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
     ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26)"
);
const CHANGE: &str = "UPDATE authorized SET state = ?4, standing = ?5, changed_at = ?6, \
    signature_key = ?7, signature_schema = ?8, signature_sealed = ?9, next_id = ?10, \
    next_kind = ?11, next_key = ?12, next_schema = ?13, next_sealed = ?14, \
    version = version + 1 WHERE tenant = ?1 AND id = ?2 AND version = ?3";

const KNOWS: &str = "SELECT 1 FROM known_payee WHERE tenant = ?1 AND person = ?2 AND payee = ?3 \
    AND since >= ?4";
const KNOWN: &str = "SELECT person, payee, authorization_id, since FROM known_payee \
    WHERE tenant = ?1 AND person = ?2 AND payee > ?3 ORDER BY payee";
const KEEP: &str = "INSERT INTO known_payee (tenant, person, payee, authorization_id, since) \
    VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE \
    SET authorization_id = excluded.authorization_id, since = excluded.since";
const FORGET: &str = "DELETE FROM known_payee WHERE rowid IN \
    (SELECT rowid FROM known_payee WHERE since < ?1 ORDER BY since LIMIT ?2)";

/// Comes behind every id.
const BEHIND_ALL: [u8; 17] = [0xff; 17];

#[async_trait]
impl Authorizations for SqliteStore {
    async fn enrolment(
        &self,
        tenant: TenantId,
        id: EnrolmentId,
    ) -> Result<Option<EnrolmentRow>, StoreError> {
        self.first(ENROLMENT, tenant, *id.as_bytes(), read_enrolment_row).await
    }

    async fn enrolment_of_code(
        &self,
        tenant: TenantId,
        code: &Digest,
    ) -> Result<Option<EnrolmentRow>, StoreError> {
        self.first(OF_CODE, tenant, *code.as_bytes(), read_enrolment_row).await
    }

    async fn enrolments(
        &self,
        tenant: TenantId,
        filter: EnrolmentFilter,
        before: Option<EnrolmentId>,
        limit: usize,
    ) -> Result<Page<EnrolmentRow, EnrolmentId>, StoreError> {
        self.read(move |connection| {
            let read = |columns: &mut Columns<'_>| read_enrolment_row(columns).map(Some);
            let key = |row: &EnrolmentRow| row.id;
            let before = before.as_ref().map_or(BEHIND_ALL.as_slice(), |id| id.as_bytes());
            let (tenant, state) = (tenant.as_bytes(), filter.standing.map(EnrolmentStanding::name));
            let Some(person) = filter.person else {
                let values = params![tenant, before, state, filter.with_phone];
                return page(connection, ENROLMENTS, values, limit, key, read);
            };
            let values = params![tenant, before, state, filter.with_phone, person.as_bytes()];
            page(connection, ENROLMENTS_OF, values, limit, key, read)
        })
        .await
    }

    async fn authorization(
        &self,
        tenant: TenantId,
        id: AuthorizationId,
    ) -> Result<Option<AuthorizationRow>, StoreError> {
        self.first(AUTHORIZED, tenant, *id.as_bytes(), read_row).await
    }

    async fn authorization_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<AuthorizationRow>, StoreError> {
        self.first(OF_CASE, tenant, *key.as_bytes(), read_row).await
    }

    async fn authorizations(
        &self,
        tenant: TenantId,
        filter: AuthorizationFilter,
        before: Option<AuthorizationId>,
        limit: usize,
    ) -> Result<Page<AuthorizationRow, AuthorizationId>, StoreError> {
        self.read(move |connection| {
            let read = |columns: &mut Columns<'_>| read_row(columns).map(Some);
            let key = |row: &AuthorizationRow| row.id;
            let last = before.as_ref().map_or(BEHIND_ALL.as_slice(), |id| id.as_bytes());
            let (tenant, kind) = (tenant.as_bytes(), filter.kind.map(OperationKind::name));
            let from = filter.from.map(Timestamp::as_microsecond);
            let to = filter.before.map(Timestamp::as_microsecond);
            let state = filter.standing.map(AuthorizationStanding::name);
            match (filter.person, state) {
                (None, None) => {
                    let values = params![tenant, last, kind, from, to];
                    page(connection, ALL, values, limit, key, read)
                }
                (None, Some(state)) => {
                    let values = params![tenant, last, kind, from, to, state];
                    page(connection, OF_STATE, values, limit, key, read)
                }
                (Some(person), state) => {
                    let person = person.as_bytes();
                    let values = params![tenant, last, kind, from, to, state, person];
                    page(connection, OF_PERSON, values, limit, key, read)
                }
            }
        })
        .await
    }

    async fn knows_payee(
        &self,
        tenant: TenantId,
        person: PersonId,
        payee: &Digest,
        since: Timestamp,
    ) -> Result<bool, StoreError> {
        let payee = *payee;
        self.read(move |connection| {
            let (tenant, person, payee) = (tenant.as_bytes(), person.as_bytes(), payee.as_bytes());
            let values = params![tenant, person, payee, since.as_microsecond()];
            Ok(first(connection, KNOWS, values, |_| Ok(()))?.is_some())
        })
        .await
    }

    async fn known_payees(
        &self,
        tenant: TenantId,
        person: PersonId,
        after: Option<Digest>,
        limit: usize,
    ) -> Result<Page<KnownPayee, Digest>, StoreError> {
        self.read(move |connection| {
            let after = after.as_ref().map_or([].as_slice(), |payee| payee.as_bytes());
            let values = params![tenant.as_bytes(), person.as_bytes(), after];
            let read = |columns: &mut Columns<'_>| read_payee(columns).map(Some);
            page(connection, KNOWN, values, limit, |row: &KnownPayee| row.payee, read)
        })
        .await
    }

    async fn forget_payees(&self, before: Timestamp) -> Result<usize, StoreError> {
        const FORGETTING: &str = "forgetting whom people have paid";
        self.write(MAX_PAGE, move |connection| {
            let mut forget = connection.prepare_cached(FORGET).doing(FORGETTING)?;
            let values = params![before.as_microsecond(), signed(MAX_PAGE as u64)];
            forget.execute(values).doing(FORGETTING)
        })
        .await
    }
}

pub fn add_enrolment(unit: &Unit<'_>, row: &EnrolmentRow) -> Result<(), StoreError> {
    let standing = &row.standing;
    let phone = sealed_columns(standing.phone.as_ref());
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.person.as_bytes(),
        row.proof.name(),
        row.evidence.as_bytes(),
        row.code.as_bytes(),
        row.created_at.as_microsecond(),
        standing.state.standing().name(),
        written_enrolment(&standing.state),
        standing.changed_at.as_microsecond(),
        phone.0,
        phone.1,
        phone.2,
        row.version,
    ];
    unit.execute("adding an enrolment", ADD_ENROLMENT, values).map(drop)
}

pub fn change_enrolment(unit: &Unit<'_>, change: &EnrolmentChange) -> Result<(), StoreError> {
    let standing = &change.standing;
    let phone = sealed_columns(standing.phone.as_ref());
    let values = params![
        unit.tenant.as_bytes(),
        change.id.as_bytes(),
        change.expected,
        standing.state.standing().name(),
        written_enrolment(&standing.state),
        standing.changed_at.as_microsecond(),
        phone.0,
        phone.1,
        phone.2,
    ];
    unit.change("moving an enrolment on", CHANGE_ENROLMENT, values)
}

pub fn expect_enrolment(unit: &Unit<'_>, id: EnrolmentId, expected: u32) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), expected];
    let there = first(unit.connection, IN_VERSION, values, |_| Ok(()))?;
    there.ok_or_else(|| StoreError::conflict("expecting an enrolment"))
}

pub fn add_authorization(unit: &Unit<'_>, row: &AuthorizationRow) -> Result<(), StoreError> {
    let standing = &row.standing;
    let content = sealed_columns(Some(&row.content));
    let signature = sealed_columns(standing.signature.as_ref());
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.person.as_bytes(),
        row.enrolment.as_bytes(),
        row.kind.name(),
        row.channel,
        row.amount.map(|amount| amount.minor()),
        row.amount.map(|amount| amount.currency().code()),
        row.case.key.as_bytes(),
        row.case.fingerprint.as_bytes(),
        row.created_at.as_microsecond(),
        content.0,
        content.1,
        content.2,
        standing.state.standing().name(),
        written_authorization(&standing.state),
        standing.changed_at.as_microsecond(),
        signature.0,
        signature.1,
        signature.2,
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
        row.version,
    ];
    unit.execute("adding an authorization", ADD, values).map(drop)
}

pub fn change_authorization(
    unit: &Unit<'_>,
    change: &AuthorizationChange,
) -> Result<(), StoreError> {
    let standing = &change.standing;
    let signature = sealed_columns(standing.signature.as_ref());
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        change.id.as_bytes(),
        change.expected,
        standing.state.standing().name(),
        written_authorization(&standing.state),
        standing.changed_at.as_microsecond(),
        signature.0,
        signature.1,
        signature.2,
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
    ];
    unit.change("moving an authorization on", CHANGE, values)
}

pub fn keep_payee(unit: &Unit<'_>, row: &KnownPayee) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.person.as_bytes(),
        row.payee.as_bytes(),
        row.authorization.as_bytes(),
        row.since.as_microsecond(),
    ];
    unit.execute("keeping a payee", KEEP, values).map(drop)
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
