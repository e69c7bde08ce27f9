//! Payments.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{EndToEndId, InstitutionId, PaymentStanding};
use cartola_primitives::id::{PaymentId, TenantId};
use cartola_store::payments::{
    PaymentCase, PaymentChange, PaymentPage, PaymentProgress, PaymentRow, read_state, written_state,
};
use cartola_store::{Page, Payments, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, bytes_or_null, damaged, sealed_columns};
use crate::jobs::read_continuation;
use crate::rows::page;
use crate::unit::Unit;

macro_rules! payment_columns {
    () => {
        "id, institution, person, link, mandate, amount, currency, end_to_end, case_key, \
         case_fingerprint, created_at, state, standing, changed_at, order_key, order_schema, \
         order_sealed, credentials_key, credentials_schema, credentials_sealed, page, \
         page_expires_at, bank_reference, next_id, next_kind, next_key, next_schema, next_sealed, \
         version"
    };
}

macro_rules! payment_where {
    ($rest:literal) => {
        concat!("SELECT ", payment_columns!(), " FROM payment WHERE tenant = ?1 AND ", $rest)
    };
}

const PAYMENT: &str = payment_where!("id = ?2");
const OF_CASE: &str = payment_where!("case_key = ?2");
const OF_PAGE: &str = payment_where!("page = ?2");
const PAYMENTS: &str = payment_where!("id > ?2 ORDER BY id");
const THAT_STAND_SO: &str = payment_where!("state = ?3 AND id > ?2 ORDER BY id");
const ADD: &str = concat!(
    "INSERT INTO payment (tenant, ",
    payment_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
     ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30)"
);
const CHANGE: &str = "UPDATE payment SET state = ?4, standing = ?5, changed_at = ?6, \
    order_key = ?7, order_schema = ?8, order_sealed = ?9, credentials_key = ?10, \
    credentials_schema = ?11, credentials_sealed = ?12, page = ?13, page_expires_at = ?14, \
    bank_reference = ?15, next_id = ?16, next_kind = ?17, next_key = ?18, \
    next_schema = ?19, next_sealed = ?20, version = version + 1 \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";

#[async_trait]
impl Payments for SqliteStore {
    async fn payment(
        &self,
        tenant: TenantId,
        id: PaymentId,
    ) -> Result<Option<PaymentRow>, StoreError> {
        self.first(PAYMENT, tenant, *id.as_bytes(), read_payment).await
    }

    async fn payment_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError> {
        self.first(OF_CASE, tenant, *key.as_bytes(), read_payment).await
    }

    async fn payment_of_page(
        &self,
        tenant: TenantId,
        page: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError> {
        self.first(OF_PAGE, tenant, *page.as_bytes(), read_payment).await
    }

    async fn payments(
        &self,
        tenant: TenantId,
        standing: Option<PaymentStanding>,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Page<PaymentRow, PaymentId>, StoreError> {
        self.read(move |connection| {
            let read = |columns: &mut Columns<'_>| read_payment(columns).map(Some);
            let key = |row: &PaymentRow| row.id;
            let (tenant, after) = (tenant.as_bytes(), bytes_or_empty(after.as_ref()));
            match standing {
                None => page(connection, PAYMENTS, params![tenant, after], limit, key, read),
                Some(standing) => {
                    let values = params![tenant, after, standing.name()];
                    page(connection, THAT_STAND_SO, values, limit, key, read)
                }
            }
        })
        .await
    }
}

pub fn add_payment(unit: &Unit<'_>, row: &PaymentRow) -> Result<(), StoreError> {
    let standing = &row.standing;
    let order = sealed_columns(Some(&standing.order));
    let credentials = sealed_columns(standing.credentials.as_ref());
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.institution.as_str(),
        bytes_or_null(row.person.as_ref()),
        row.link.as_bytes(),
        row.mandate.as_bytes(),
        row.amount.minor(),
        row.amount.currency().code(),
        row.end_to_end.as_bytes(),
        row.case.key.as_bytes(),
        row.case.fingerprint.as_bytes(),
        row.created_at.as_microsecond(),
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at.as_microsecond(),
        order.0,
        order.1,
        order.2,
        credentials.0,
        credentials.1,
        credentials.2,
        standing.page.as_ref().map(|page| page.digest.as_bytes()),
        standing.page.map(|page| page.expires_at.as_microsecond()),
        standing.bank_reference,
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
        row.version,
    ];
    unit.execute("adding a payment", ADD, values).map(drop)
}

pub fn change_payment(unit: &Unit<'_>, change: &PaymentChange) -> Result<(), StoreError> {
    let standing = &change.standing;
    let order = sealed_columns(Some(&standing.order));
    let credentials = sealed_columns(standing.credentials.as_ref());
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        change.id.as_bytes(),
        change.expected,
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at.as_microsecond(),
        order.0,
        order.1,
        order.2,
        credentials.0,
        credentials.1,
        credentials.2,
        standing.page.as_ref().map(|page| page.digest.as_bytes()),
        standing.page.map(|page| page.expires_at.as_microsecond()),
        standing.bank_reference,
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
    ];
    unit.change("moving a payment on", CHANGE, values)
}

fn read_payment(columns: &mut Columns<'_>) -> Result<PaymentRow, StoreError> {
    Ok(PaymentRow {
        id: columns.id()?,
        institution: columns.word(|word| InstitutionId::parse(word).ok())?,
        person: columns.optional_id()?,
        link: columns.id()?,
        mandate: columns.id()?,
        amount: columns.amount()?,
        end_to_end: EndToEndId::from_bytes(columns.array()?),
        case: PaymentCase { key: columns.digest()?, fingerprint: columns.digest()? },
        created_at: columns.timestamp()?,
        standing: read_standing(columns)?,
        version: columns.number()?,
    })
}

fn read_standing(columns: &mut Columns<'_>) -> Result<PaymentProgress, StoreError> {
    let name = columns.text()?;
    let state = columns.word(|written| read_state(name, written))?;
    Ok(PaymentProgress {
        state,
        changed_at: columns.timestamp()?,
        order: columns.sealed()?,
        credentials: columns.optional_sealed()?,
        page: read_page(columns)?,
        bank_reference: columns.optional_text()?.map(str::to_owned),
        continuation: read_continuation(columns)?,
    })
}

fn read_page(columns: &mut Columns<'_>) -> Result<Option<PaymentPage>, StoreError> {
    match (columns.optional_digest()?, columns.optional_timestamp()?) {
        (None, None) => Ok(None),
        (Some(digest), Some(expires_at)) => Ok(Some(PaymentPage { digest, expires_at })),
        _ => Err(damaged()),
    }
}
