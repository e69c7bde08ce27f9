//! Payouts.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::id::{PayoutId, TenantId};
use cartola_store::payments::PaymentCase;
use cartola_store::payouts::PayoutRow;
use cartola_store::{Page, Payouts, StoreError};
use rusqlite::params;

use crate::SqliteStore;
use crate::columns::{Columns, bytes_or_empty, sealed_columns};
use crate::rows::page;
use crate::unit::Unit;

macro_rules! payout_columns {
    () => {
        "id, list, case_key, case_fingerprint, created_at, order_key, order_schema, order_sealed"
    };
}

macro_rules! payout_where {
    ($rest:literal) => {
        concat!("SELECT ", payout_columns!(), " FROM payout WHERE tenant = ?1 AND ", $rest)
    };
}

const PAYOUT: &str = payout_where!("id = ?2");
const OF_CASE: &str = payout_where!("case_key = ?2");
const OF_LIST: &str = payout_where!("list = ?3 AND id > ?2 ORDER BY id");
const ADD: &str = concat!(
    "INSERT INTO payout (tenant, ",
    payout_columns!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
);

#[async_trait]
impl Payouts for SqliteStore {
    async fn payout(
        &self,
        tenant: TenantId,
        id: PayoutId,
    ) -> Result<Option<PayoutRow>, StoreError> {
        self.first(PAYOUT, tenant, *id.as_bytes(), read_payout).await
    }

    async fn payout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PayoutRow>, StoreError> {
        self.first(OF_CASE, tenant, *key.as_bytes(), read_payout).await
    }

    async fn payouts(
        &self,
        tenant: TenantId,
        list: &str,
        after: Option<PayoutId>,
        limit: usize,
    ) -> Result<Page<PayoutRow, PayoutId>, StoreError> {
        let list = list.to_owned();
        self.read(move |connection| {
            let read = |columns: &mut Columns<'_>| read_payout(columns).map(Some);
            let values = params![tenant.as_bytes(), bytes_or_empty(after.as_ref()), list];
            page(connection, OF_LIST, values, limit, |row: &PayoutRow| row.id, read)
        })
        .await
    }
}

pub fn add_payout(unit: &Unit<'_>, row: &PayoutRow) -> Result<(), StoreError> {
    let order = sealed_columns(Some(&row.order));
    let values = params![
        unit.tenant.as_bytes(),
        row.id.as_bytes(),
        row.list,
        row.case.key.as_bytes(),
        row.case.fingerprint.as_bytes(),
        row.created_at.as_microsecond(),
        order.0,
        order.1,
        order.2,
    ];
    unit.execute("adding a payout", ADD, values).map(drop)
}

fn read_payout(columns: &mut Columns<'_>) -> Result<PayoutRow, StoreError> {
    Ok(PayoutRow {
        id: columns.id()?,
        list: columns.text()?.to_owned(),
        case: PaymentCase { key: columns.digest()?, fingerprint: columns.digest()? },
        created_at: columns.timestamp()?,
        order: columns.sealed()?,
    })
}
