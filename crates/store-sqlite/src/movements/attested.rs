//! Movements with their sources.

use cartola_model::MovementStatus;
use cartola_primitives::id::{AccountId, MovementId, TenantId};
use cartola_primitives::{Date, Timestamp};
use cartola_store::StoreError;
use cartola_store::encoding::day_number;
use cartola_store::movements::{Attested, MovementRow};
use rusqlite::{Connection, params};

use super::row::{movement_columns, read_movement, read_source, source_columns};
use crate::columns::damaged;
use crate::permits::Permits;
use crate::rows::{all, each, first};

pub(super) const MOVEMENT: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement INDEXED BY movement_by_id WHERE tenant = ?1 AND id = ?2"
);
pub(super) const SOURCES: &str = concat!(
    "SELECT ",
    source_columns!(""),
    " FROM source WHERE tenant = ?1 AND movement = ?2 ORDER BY id"
);
pub(super) const WINDOW: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = ?1 AND account = ?2 AND booked_on BETWEEN ?3 AND ?4 \
     ORDER BY booked_on, id"
);
/// In the order of [`WINDOW`]; the join is written so that it walks the movements and seeks the
/// sources, never the other way.
pub(super) const WINDOW_SOURCES: &str = concat!(
    "SELECT ",
    source_columns!("s."),
    " FROM movement m CROSS JOIN source s ON s.tenant = m.tenant AND s.movement = m.id \
     WHERE m.tenant = ?1 AND m.account = ?2 AND m.booked_on BETWEEN ?3 AND ?4 \
     ORDER BY m.booked_on, m.id, s.id"
);
pub(super) const BEFORE: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = ?1 AND account = ?2 AND booked_on < ?3 \
     ORDER BY booked_on DESC, id DESC"
);

/// One movement with its sources, if a consent holds.
pub fn movement(
    connection: &Connection,
    tenant: TenantId,
    id: MovementId,
    now: Timestamp,
) -> Result<Option<Attested>, StoreError> {
    let values = [tenant.as_bytes(), id.as_bytes()];
    let Some(row) = first(connection, MOVEMENT, values, read_movement)? else { return Ok(None) };
    if !Permits::new(connection, tenant, now).set_holds(row.consents)? {
        return Ok(None);
    }
    let sources = all(connection, SOURCES, values, read_source)?;
    Ok(Some(Attested { row, sources }))
}

/// All movements of those days with their sources: two walks in the same order, laid side by side.
pub fn window(
    connection: &Connection,
    tenant: TenantId,
    account: AccountId,
    from: Date,
    to: Date,
) -> Result<Vec<Attested>, StoreError> {
    let (tenant, account) = (tenant.as_bytes(), account.as_bytes());
    let values = params![tenant, account, day_number(from), day_number(to)];
    let mut found = all(connection, WINDOW, values, |columns| {
        Ok(Attested { row: read_movement(columns)?, sources: Vec::new() })
    })?;
    let mut present = 0;
    each(connection, WINDOW_SOURCES, values, |columns| {
        let source = read_source(columns)?;
        while found.get(present).is_some_and(|it| it.row.movement.id != source.movement) {
            present += 1;
        }
        found.get_mut(present).ok_or_else(damaged)?.sources.push(source);
        Ok(true)
    })?;
    Ok(found)
}

/// The movements of the last day before `day` that has any, removed ones aside.
pub fn day_before(
    connection: &Connection,
    tenant: TenantId,
    account: AccountId,
    day: Date,
) -> Result<Vec<MovementRow>, StoreError> {
    let values = params![tenant.as_bytes(), account.as_bytes(), day_number(day)];
    let mut found: Vec<MovementRow> = Vec::new();
    each(connection, BEFORE, values, |columns| {
        let row = read_movement(columns)?;
        if row.movement.status == MovementStatus::Removed {
            return Ok(true);
        }
        let same_day =
            found.last().is_none_or(|last| last.movement.booked_on == row.movement.booked_on);
        if same_day {
            found.push(row);
        }
        Ok(same_day)
    })?;
    found.reverse();
    Ok(found)
}
