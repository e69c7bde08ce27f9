//! The change feed, with each movement as it is now.

use cartola_model::MovementStatus;
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use cartola_store::movements::{FeedChange, FeedEntry, MovementRow};
use cartola_store::{StoreError, page_size};

use super::row::{movement_columns, read_movement};
use crate::PostgresStore;
use crate::columns::Columns;
use crate::permits::Permits;
use crate::rows::each;
use crate::value::values;

const ENTRIES: &str = concat!(
    "SELECT f.position, f.change, ",
    movement_columns!("m."),
    " FROM feed f JOIN movement_key k ON k.tenant = f.tenant AND k.id = f.movement \
     JOIN movement m ON m.tenant = k.tenant AND m.account = k.account \
     AND m.booked_on = k.booked_on AND m.id = k.id \
     WHERE f.tenant = $1 AND f.position > $2 ORDER BY f.position LIMIT $3"
);

/// Entries after a position, in order.
pub async fn entries(
    store: &PostgresStore,
    tenant: TenantId,
    after: u64,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<FeedEntry>, StoreError> {
    let values = values![&tenant, after, page_size(limit) as u64];
    let (session, rows) = store.begin_reading(tenant, ENTRIES, &values).await?;
    let found = each(&rows, read_entry)?;
    let mut permits = Permits::new(tenant, now);
    permits.look_up(&session, found.iter().map(|(.., row)| row.consents)).await?;
    session.end_reading();
    Ok(found.into_iter().map(|entry| shown(entry, &permits)).collect())
}

type Entry = (u64, FeedChange, MovementRow);

fn read_entry(columns: &mut Columns<'_>) -> Result<Entry, StoreError> {
    let position = columns.number()?;
    let change = columns.code(|code| FeedChange::of_code(u8::try_from(code).ok()?))?;
    Ok((position, change, read_movement(columns)?))
}

fn shown((position, change, row): Entry, permits: &Permits) -> FeedEntry {
    let shown = row.movement.status != MovementStatus::Removed && permits.set_holds(row.consents);
    FeedEntry {
        position,
        change,
        movement: row.movement.id,
        account: row.movement.account,
        row: shown.then_some(row),
    }
}
