//! The change feed, with each movement as it is now.

use cartola_model::MovementStatus;
use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use cartola_store::movements::{FeedChange, FeedEntry};
use cartola_store::{StoreError, page_size};
use rusqlite::{Connection, params};

use super::row::{movement_columns, read_movement};
use crate::columns::{Columns, signed};
use crate::permits::Permits;
use crate::rows::all;

pub(super) const ENTRIES: &str = concat!(
    "SELECT f.position, f.change, ",
    movement_columns!("m."),
    " FROM feed f CROSS JOIN movement m INDEXED BY movement_by_id \
     ON m.tenant = f.tenant AND m.id = f.movement \
     WHERE f.tenant = ?1 AND f.position > ?2 ORDER BY f.position LIMIT ?3"
);

/// Entries after a position, in order. The open statement holds one state of the store, for the
/// look at consents too.
pub fn entries(
    connection: &Connection,
    tenant: TenantId,
    after: u64,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<FeedEntry>, StoreError> {
    let mut permits = Permits::new(connection, tenant, now);
    let limit = page_size(limit) as u64;
    let values = params![tenant.as_bytes(), signed(after), signed(limit)];
    all(connection, ENTRIES, values, |columns| read_entry(columns, &mut permits))
}

fn read_entry(
    columns: &mut Columns<'_>,
    permits: &mut Permits<'_>,
) -> Result<FeedEntry, StoreError> {
    let position = columns.number()?;
    let change = columns.code(|code| FeedChange::of_code(u8::try_from(code).ok()?))?;
    let row = read_movement(columns)?;
    let shown =
        row.movement.status != MovementStatus::Removed && permits.set_holds(row.consents)?;
    Ok(FeedEntry {
        position,
        change,
        movement: row.movement.id,
        account: row.movement.account,
        row: shown.then_some(row),
    })
}
