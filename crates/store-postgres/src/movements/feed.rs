//! The change feed, with each movement as it is now.

use std::collections::HashMap;

use cartola_model::MovementStatus;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{MovementId, TenantId};
use cartola_store::movements::{FeedChange, FeedEntry, MovementRow};
use cartola_store::{StoreError, page_size};

use super::keys::{Key, rows_of};
use crate::PostgresStore;
use crate::columns::Columns;
use crate::permits::Permits;
use crate::rows::each;
use crate::value::values;

/// The entries first, then where their movements lie: the limit is of entries.
const ENTRIES: &str = "SELECT f.position, f.change, k.account, k.booked_on, k.id FROM (\
    SELECT position, change, movement FROM feed \
    WHERE tenant = $1 AND position > $2 ORDER BY position LIMIT $3) f \
    CROSS JOIN LATERAL (SELECT * FROM movement_key o WHERE o.tenant = $1 AND o.id = f.movement \
    LIMIT 1) k ORDER BY f.position";

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
    let entries = each(&rows, read_entry)?;
    let mut keys: Vec<Key> = entries.iter().map(|(.., key)| *key).collect();
    // A movement that changed several times is read once.
    keys.sort_unstable_by_key(Key::id);
    keys.dedup_by_key(|key| key.id());
    let rows = rows_of(&session, tenant, &keys).await?;
    let mut permits = Permits::new(tenant, now);
    permits.look_up(&session, rows.iter().map(|row| row.consents)).await?;
    session.end_reading();
    let rows = rows.into_iter().map(|row| (row.movement.id, row)).collect();
    entries.into_iter().map(|entry| shown(entry, &rows, &permits)).collect()
}

type Entry = (u64, FeedChange, Key);

fn read_entry(columns: &mut Columns<'_>) -> Result<Entry, StoreError> {
    let position = columns.number()?;
    let change = columns.code(|code| FeedChange::of_code(u8::try_from(code).ok()?))?;
    Ok((position, change, Key::read(columns)?))
}

fn shown(
    (position, change, key): Entry,
    rows: &HashMap<MovementId, MovementRow>,
    permits: &Permits,
) -> Result<FeedEntry, StoreError> {
    let row = rows.get(&key.id()).ok_or_else(crate::columns::damaged)?;
    let shown = row.movement.status != MovementStatus::Removed && permits.set_holds(row.consents);
    Ok(FeedEntry {
        position,
        change,
        movement: row.movement.id,
        account: row.movement.account,
        row: shown.then(|| row.clone()),
    })
}
