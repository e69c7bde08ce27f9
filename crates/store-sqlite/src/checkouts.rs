//! Checkouts.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::id::{CheckoutId, TenantId};
use cartola_store::checkouts::{
    CheckoutChange, CheckoutProgress, CheckoutRow, read_state, written_state,
};
use cartola_store::payments::PaymentCase;
use cartola_store::{Checkouts, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_null, sealed_columns};
use crate::jobs::read_continuation;
use crate::unit::Unit;

macro_rules! checkout_columns {
    () => {
        "id, token, case_key, case_fingerprint, amount, currency, order_key, order_schema, \
         order_sealed, created_at, expires_at, state, standing, changed_at, next_id, next_kind, \
         next_key, next_schema, next_sealed, version"
    };
}

macro_rules! checkout_where {
    ($rest:literal) => {
        concat!("SELECT ", checkout_columns!(), " FROM checkout WHERE tenant = ?1 AND ", $rest)
    };
}

const CHECKOUT: &str = checkout_where!("id = ?2");
const OF_TOKEN: &str = checkout_where!("token = ?2");
const OF_CASE: &str = checkout_where!("case_key = ?2");
const ADD: &str = concat!(
    "INSERT INTO checkout (tenant, ",
    checkout_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, \
     ?16, ?17, ?18, ?19, ?20, ?21)"
);
const CHANGE: &str = "UPDATE checkout SET state = ?4, standing = ?5, changed_at = ?6, \
    next_id = ?7, next_kind = ?8, next_key = ?9, next_schema = ?10, next_sealed = ?11, \
    version = version + 1 WHERE tenant = ?1 AND id = ?2 AND version = ?3";

#[async_trait]
impl Checkouts for SqliteStore {
    async fn checkout(
        &self,
        tenant: TenantId,
        id: CheckoutId,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        self.first(CHECKOUT, tenant, *id.as_bytes(), read_checkout).await
    }

    async fn checkout_of_token(
        &self,
        tenant: TenantId,
        token: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        self.first(OF_TOKEN, tenant, *token.as_bytes(), read_checkout).await
    }

    async fn checkout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<CheckoutRow>, StoreError> {
        self.first(OF_CASE, tenant, *key.as_bytes(), read_checkout).await
    }
}

pub fn add_checkout(unit: &Unit<'_>, row: &CheckoutRow) -> Result<(), StoreError> {
    let standing = &row.standing;
    let order = sealed_columns(Some(&row.order));
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.token.as_bytes(),
        row.case.key.as_bytes(),
        row.case.fingerprint.as_bytes(),
        row.amount.minor(),
        row.amount.currency().code(),
        order.0,
        order.1,
        order.2,
        row.created_at.as_microsecond(),
        row.expires_at.as_microsecond(),
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at.as_microsecond(),
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
        row.version,
    ];
    unit.execute("adding a checkout", ADD, values).map(drop)
}

pub fn change_checkout(unit: &Unit<'_>, change: &CheckoutChange) -> Result<(), StoreError> {
    let standing = &change.standing;
    let next = standing.continuation.as_ref();
    let arguments = sealed_columns(next.and_then(|next| next.arguments.as_ref()));
    let values = params![
        unit.tenant.as_bytes(),
        change.id.as_bytes(),
        change.expected,
        standing.state.standing().name(),
        written_state(&standing.state),
        standing.changed_at.as_microsecond(),
        bytes_or_null(next.map(|next| &next.id)),
        next.map(|next| next.kind.as_str()),
        arguments.0,
        arguments.1,
        arguments.2,
    ];
    unit.change("moving a checkout on", CHANGE, values)
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
