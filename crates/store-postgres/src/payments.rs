//! Payments.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_model::{EndToEndId, InstitutionId, PaymentStanding};
use cartola_primitives::id::{PaymentId, TenantId};
use cartola_store::payments::{
    PaymentCase, PaymentChange, PaymentPage, PaymentProgress, PaymentRow, read_state, written_state,
};
use cartola_store::{Page, Payments, StoreError};

use crate::PostgresStore;
use crate::columns::{Columns, damaged};
use crate::jobs::read_continuation;
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

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
        concat!("SELECT ", payment_columns!(), " FROM payment WHERE tenant = $1 AND ", $rest)
    };
}

const PAYMENT: &str = payment_where!("id = $2");
const OF_CASE: &str = payment_where!("case_key = $2");
const OF_PAGE: &str = payment_where!("page = $2");
const PAYMENTS: &str = payment_where!("id > $2 ORDER BY id LIMIT $3");
const THAT_STAND_SO: &str = payment_where!("state = $3 AND id > $2 ORDER BY id LIMIT $4");
const ADD: &str = concat!(
    "INSERT INTO payment (tenant, ",
    payment_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
     $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)"
);
const CHANGE: &str = "UPDATE payment SET state = $4, standing = $5, changed_at = $6, \
    order_key = $7, order_schema = $8, order_sealed = $9, credentials_key = $10, \
    credentials_schema = $11, credentials_sealed = $12, page = $13, page_expires_at = $14, \
    bank_reference = $15, next_id = $16, next_kind = $17, next_key = $18, \
    next_schema = $19, next_sealed = $20, version = version + 1 \
    WHERE tenant = $1 AND id = $2 AND version = $3";

#[async_trait]
impl Payments for PostgresStore {
    async fn payment(
        &self,
        tenant: TenantId,
        id: PaymentId,
    ) -> Result<Option<PaymentRow>, StoreError> {
        self.first(tenant, PAYMENT, values![&tenant, &id], read_payment).await
    }

    async fn payment_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError> {
        self.first(tenant, OF_CASE, values![&tenant, key], read_payment).await
    }

    async fn payment_of_page(
        &self,
        tenant: TenantId,
        page: &Digest,
    ) -> Result<Option<PaymentRow>, StoreError> {
        self.first(tenant, OF_PAGE, values![&tenant, page], read_payment).await
    }

    async fn payments(
        &self,
        tenant: TenantId,
        standing: Option<PaymentStanding>,
        after: Option<PaymentId>,
        limit: usize,
    ) -> Result<Page<PaymentRow, PaymentId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let rows = match standing {
            None => {
                let values = values![&tenant, after, one_more(limit)];
                self.all(tenant, PAYMENTS, values, read_payment).await?
            }
            Some(standing) => {
                let values = values![&tenant, after, standing.name(), one_more(limit)];
                self.all(tenant, THAT_STAND_SO, values, read_payment).await?
            }
        };
        Ok(page(rows, limit, |row| row.id))
    }
}

pub fn add_payment(unit: &mut Unit, row: &PaymentRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        row.institution.as_str(),
        row.person.as_ref(),
        &row.link,
        &row.mandate,
        row.amount.minor(),
        row.amount.currency().code(),
        row.end_to_end.as_bytes().to_vec(),
        &row.case.key,
        &row.case.fingerprint,
        row.created_at,
    ];
    values.extend(standing_values(&row.standing));
    values.push(Value::from(row.version));
    unit.execute("adding a payment", ADD, values);
}

pub fn change_payment(unit: &mut Unit, change: &PaymentChange) {
    let mut values = values![&unit.tenant, &change.id, change.expected];
    values.extend(standing_values(&change.standing));
    unit.change("moving a payment on", CHANGE, values);
}

/// The columns that change, from `state` on.
fn standing_values(standing: &PaymentProgress) -> Vec<Value> {
    let next = standing.continuation.as_ref();
    let mut values = values![
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at,
    ];
    values.extend(Value::sealed(Some(&standing.order)));
    values.extend(Value::sealed(standing.credentials.as_ref()));
    values.extend(values![
        standing.page.as_ref().map(|page| &page.digest),
        standing.page.map(|page| page.expires_at),
        standing.bank_reference.as_deref(),
        next.map(|next| &next.id),
        next.map(|next| next.kind.as_str()),
    ]);
    values.extend(Value::sealed(next.and_then(|next| next.arguments.as_ref())));
    values
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
