//! Payouts.

use async_trait::async_trait;
use cartola_crypto::Digest;
use cartola_primitives::id::{PayoutId, TenantId};
use cartola_store::payments::PaymentCase;
use cartola_store::payouts::PayoutRow;
use cartola_store::{Page, Payouts, StoreError};

use crate::PostgresStore;
use crate::columns::Columns;
use crate::rows::{one_more, page};
use crate::unit::Unit;
use crate::value::{Value, values};

macro_rules! payout_columns {
    () => {
        "id, list, case_key, case_fingerprint, created_at, order_key, order_schema, order_sealed"
    };
}

macro_rules! payout_where {
    ($rest:literal) => {
        concat!("SELECT ", payout_columns!(), " FROM payout WHERE tenant = $1 AND ", $rest)
    };
}

const PAYOUT: &str = payout_where!("id = $2");
const OF_CASE: &str = payout_where!("case_key = $2");
const OF_LIST: &str = payout_where!("list = $3 AND id > $2 ORDER BY id LIMIT $4");
const ADD: &str = concat!(
    "INSERT INTO payout (tenant, ",
    payout_columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
);

#[async_trait]
impl Payouts for PostgresStore {
    async fn payout(
        &self,
        tenant: TenantId,
        id: PayoutId,
    ) -> Result<Option<PayoutRow>, StoreError> {
        self.first(tenant, PAYOUT, values![&tenant, &id], read_payout).await
    }

    async fn payout_of_case(
        &self,
        tenant: TenantId,
        key: &Digest,
    ) -> Result<Option<PayoutRow>, StoreError> {
        self.first(tenant, OF_CASE, values![&tenant, key], read_payout).await
    }

    async fn payouts(
        &self,
        tenant: TenantId,
        list: &str,
        after: Option<PayoutId>,
        limit: usize,
    ) -> Result<Page<PayoutRow, PayoutId>, StoreError> {
        let after = Value::id_or_nil(after.as_ref());
        let values = values![&tenant, after, list, one_more(limit)];
        let rows = self.all(tenant, OF_LIST, values, read_payout).await?;
        Ok(page(rows, limit, |row| row.id))
    }
}

pub fn add_payout(unit: &mut Unit, row: &PayoutRow) {
    let mut values = values![
        &unit.tenant,
        &row.id,
        row.list.as_str(),
        &row.case.key,
        &row.case.fingerprint,
        row.created_at,
    ];
    values.extend(Value::sealed(Some(&row.order)));
    unit.execute("adding a payout", ADD, values);
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
