//! Finding movements by their ids.
//!
//! First where they lie, then the rows: with the days known beforehand, PostgreSQL opens their
//! partitions and no others.

use cartola_primitives::id::{AccountId, MovementId, TenantId};
use cartola_store::StoreError;
use cartola_store::movements::MovementRow;

use super::row::{movement_columns, read_movement};
use crate::columns::Columns;
use crate::rows::each;
use crate::session::Session;
use crate::value::{Value, values};

/// The columns of [`Key`].
pub const KEY: &str =
    "SELECT account, booked_on, id FROM movement_key WHERE tenant = $1 AND id = $2";

const BY_KEYS: &str = concat!(
    "SELECT ",
    movement_columns!("m."),
    " FROM unnest($2::uuid[], $3::integer[], $4::uuid[]) AS u (account, booked_on, id) \
     CROSS JOIN LATERAL (SELECT * FROM movement o WHERE o.tenant = $1 AND o.account = u.account \
     AND o.booked_on = u.booked_on AND o.id = u.id AND o.booked_on BETWEEN $5 AND $6 LIMIT 1) m"
);

/// Where a movement lies.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    account: AccountId,
    day: i32,
    id: MovementId,
}

impl Key {
    /// Of its columns.
    pub fn read(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        Ok(Self { account: columns.id()?, day: columns.number()?, id: columns.id()? })
    }

    /// Which movement.
    pub const fn id(&self) -> MovementId {
        self.id
    }
}

/// The movements of these keys, in no order.
pub async fn rows_of(
    session: &Session,
    tenant: TenantId,
    keys: &[Key],
) -> Result<Vec<MovementRow>, StoreError> {
    let days = || keys.iter().map(|key| key.day);
    let (Some(first), Some(last)) = (days().min(), days().max()) else { return Ok(Vec::new()) };
    let values = values![
        &tenant,
        Value::ids(keys.iter().map(|key| &key.account)),
        Value::List(days().map(Value::from).collect()),
        Value::ids(keys.iter().map(|key| &key.id)),
        first,
        last,
    ];
    each(&session.rows(BY_KEYS, &values).await?, read_movement)
}
