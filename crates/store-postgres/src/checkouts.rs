//! Checkouts.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::id::{CheckoutId, TenantId};
use cartola_store::checkouts::{
    CheckoutChange, CheckoutProgress, CheckoutRow, read_state, written_state,
};
use cartola_store::payments::PaymentCase;
use cartola_store::{Checkouts, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::jobs::read_continuation;
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! checkout_columns {
    () => {
        "id, token, case_key, case_fingerprint, amount, currency, order_key, order_schema, \
         order_sealed, created_at, expires_at, state, standing, changed_at, next_id, next_kind, \
         next_key, next_schema, next_sealed, version"
    };
}

macro_rules! checkout_where {
    ($rest:literal) => {
        concat!("SELECT ", checkout_columns!(), " FROM checkout WHERE tenant = $1 AND ", $rest)
    };
}

const CHECKOUT: &str = checkout_where!("id = $2");
const OF_TOKEN: &str = checkout_where!("token = $2");
const OF_CASE: &str = checkout_where!("case_key = $2");
const ADD: &str = concat!(
    "INSERT INTO checkout (tenant, ",
    checkout_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, \
     $16, $17, $18, $19, $20, $21)"
);
const CHANGE: &str = "UPDATE checkout SET state = $4, standing = $5, changed_at = $6, \
    next_id = $7, next_kind = $8, next_key = $9, next_schema = $10, next_sealed = $11, \
    version = version + 1 WHERE tenant = $1 AND id = $2 AND version = $3";

#[async_trait]
impl Checkouts for PostgresStore {
    async fn checkout(
        &self,
        tenant: TenantId,
        id: CheckoutId,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        self.first(tenant, CHECKOUT, values![&tenant, &id], read_checkout).await
    }

    async fn checkout_of_token(
        &self,
        tenant: TenantId,
        token: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        self.first(tenant, OF_TOKEN, values![&tenant, token], read_checkout).await
    }

    async fn checkout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        self.first(tenant, OF_CASE, values![&tenant, key], read_checkout).await
    }
}

pub fn add_checkout(unit: &mut Unit, row: &CheckoutRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        &row.token,
        &row.case.key,
        &row.case.fingerprint,
        row.amount.minor(),
        row.amount.currency().code(),
    ];
    values.extend(Value::sealed(Some(&row.order)));
    values.extend(values![row.created_at, row.expires_at]);
    values.extend(standing_values(&row.standing));
    values.push(Value::from(row.version));
    unit.execute("adding a checkout", ADD, values);
}

pub fn change_checkout(unit: &mut Unit, change: &CheckoutChange) {
    let mut values = values![&unit.tenant, &change.id, change.expected];
    values.extend(standing_values(&change.standing));
    unit.change("moving a checkout on", CHANGE, values);
}

/// The columns that change, from `state` on.
fn standing_values(standing: &CheckoutProgress) -> Vec<Value> {
    let next = standing.continuation.as_ref();
    let mut values = values![
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at,
        next.map(|next| &next.id),
        next.map(|next| next.kind.as_str()),
    ];
    values.extend(Value::sealed(next.and_then(|next| next.arguments.as_ref())));
    values
}

fn read_checkout(columns: &mut Columns<'_>) -> Result<CheckoutRow, StoreError> {
    Ok(CheckoutRow {
        id: columns.id()?,
        token: columns.digest()?,
        case: PaymentCase { key: columns.digest()?, fingerprint: columns.digest()? },
        amount: columns.amount()?,
        order: columns.sealed()?,
        created_at: columns.timestamp()?,
        expires_at: columns.timestamp()?,
        standing: read_standing(columns)?,
        version: columns.number()?,
    })
}

fn read_standing(columns: &mut Columns<'_>) -> Result<CheckoutProgress, StoreError> {
    let name = columns.text()?;
    let state = columns.word(|written| read_state(name, written))?;
    Ok(CheckoutProgress {
        state,
        changed_at: columns.timestamp()?,
        continuation: read_continuation(columns)?,
    })
}
