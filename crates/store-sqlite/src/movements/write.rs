//! Writing movements, sources, aliases and the feed.

use cartola_model::MergeReason;
use cartola_primitives::id::{MovementId, SourceId, TenantId};
use cartola_store::encoding::codes;
use cartola_store::encoding::movement::encode_movement;
use cartola_store::encoding::{day_number, encode_observation};
use cartola_store::movements::{AliasRow, FeedChange, MovementRow, SourceRow};
use cartola_store::work::MovementChange;
use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::{CachedStatement, Connection, params};

use super::attested::MOVEMENT;
use super::row::StoredRow;
use crate::columns::{Columns, signed};
use crate::error::Doing;
use crate::retention::expect_kept;
use crate::rows::first;
use crate::unit::Unit;

pub const ADD_MOVEMENT: &str =
    "INSERT INTO movement (tenant, account, booked_on, id, body) VALUES (?1, ?2, ?3, ?4, ?5)";
const CHANGE_MOVEMENT: &str = "UPDATE movement INDEXED BY movement_by_id SET booked_on = ?3, \
    body = ?5 WHERE tenant = ?1 AND id = ?4 AND account = ?2";
pub const ADD_SOURCE: &str = "INSERT INTO source (tenant, movement, id, import, consent, place, \
    source, as_of, received_at, reason, says) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
const MOVE_SOURCE: &str = "UPDATE source SET movement = ?4, reason = ?5 \
    WHERE tenant = ?1 AND movement = ?2 AND id = ?3";
pub const ADD_FEED: &str =
    "INSERT INTO feed (tenant, position, change, movement) VALUES (?1, ?2, ?3, ?4)";
const FEED_POSITION: &str = "SELECT position FROM tenant_feed WHERE tenant = ?1";
const SET_FEED_POSITION: &str = "INSERT INTO tenant_feed (tenant, position) VALUES (?1, ?2) \
    ON CONFLICT (tenant) DO UPDATE SET position = excluded.position";
const ADD_ALIAS: &str =
    "INSERT INTO alias (tenant, alias, movement, at, undone) VALUES (?1, ?2, ?3, ?4, ?5)";

/// Adds movements, each with its place in the feed; gives the last position given out.
pub fn add_movements(
    unit: &Unit<'_>,
    rows: &[MovementRow],
    mut position: u64,
) -> Result<u64, StoreError> {
    const ADDING: &str = "adding movements";
    expect_kept(unit.connection, rows.iter().map(|row| row.movement.booked_on))?;
    let mut add = unit.connection.prepare_cached(ADD_MOVEMENT).doing(ADDING)?;
    let mut feed = unit.connection.prepare_cached(ADD_FEED).doing(ADDING)?;
    for row in rows {
        write_movement(&mut add, unit.tenant, row, &EncodedMovement::of(row)).doing(ADDING)?;
        position += 1;
        tell(&mut feed, unit.tenant, position, FeedChange::Added, row.movement.id).doing(ADDING)?;
    }
    Ok(position)
}

/// Changes movements, with a place in the feed for those that a client sees; gives the last
/// position given out.
pub fn change_movements(
    unit: &Unit<'_>,
    changes: &[MovementChange],
    mut position: u64,
) -> Result<u64, StoreError> {
    const CHANGING: &str = "changing movements";
    expect_kept(unit.connection, changes.iter().map(|it| it.row.movement.booked_on))?;
    let mut change = unit.connection.prepare_cached(CHANGE_MOVEMENT).doing(CHANGING)?;
    let mut feed = unit.connection.prepare_cached(ADD_FEED).doing(CHANGING)?;
    for it in changes {
        expect_version(unit, it)?;
        let encoded = EncodedMovement::of(&it.row);
        if write_movement(&mut change, unit.tenant, &it.row, &encoded).doing(CHANGING)? != 1 {
            let context = "a movement cannot go to another account";
            return Err(StoreError::new(StoreErrorKind::Misuse, context));
        }
        if let Some(word) = it.feed {
            position += 1;
            tell(&mut feed, unit.tenant, position, word, it.row.movement.id).doing(CHANGING)?;
        }
    }
    Ok(position)
}

/// Refuses a change that was decided on another version than the one that is there, or on none.
fn expect_version(unit: &Unit<'_>, change: &MovementChange) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), change.row.movement.id.as_bytes()];
    let there = first(unit.connection, MOVEMENT, values, |columns| {
        Ok(StoredRow::read(columns)?.body.version)
    })?;
    if there == Some(change.expected) {
        return Ok(());
    }
    Err(StoreError::conflict("changing movements"))
}

/// A movement in the form in which it is written.
pub struct EncodedMovement {
    booked_on: i32,
    body: Vec<u8>,
}

impl EncodedMovement {
    pub fn of(row: &MovementRow) -> Self {
        Self { booked_on: day_number(row.movement.booked_on), body: encode_movement(row) }
    }
}

/// Runs [`ADD_MOVEMENT`] or [`CHANGE_MOVEMENT`], which take the same values.
pub fn write_movement(
    statement: &mut CachedStatement<'_>,
    tenant: TenantId,
    row: &MovementRow,
    encoded: &EncodedMovement,
) -> rusqlite::Result<usize> {
    statement.execute(params![
        tenant.as_bytes(),
        row.movement.account.as_bytes(),
        encoded.booked_on,
        row.movement.id.as_bytes(),
        encoded.body,
    ])
}

/// Runs [`ADD_FEED`].
pub fn tell(
    feed: &mut CachedStatement<'_>,
    tenant: TenantId,
    position: u64,
    change: FeedChange,
    movement: MovementId,
) -> rusqlite::Result<usize> {
    let values = params![tenant.as_bytes(), signed(position), change.code(), movement.as_bytes()];
    feed.execute(values)
}

/// Adds source records.
pub fn add_sources(unit: &Unit<'_>, rows: &[SourceRow]) -> Result<(), StoreError> {
    const ADDING: &str = "adding sources";
    let mut add = unit.connection.prepare_cached(ADD_SOURCE).doing(ADDING)?;
    for row in rows {
        write_source(&mut add, unit.tenant, row, &EncodedSource::of(row)).doing(ADDING)?;
    }
    Ok(())
}

/// What of a source is written in another form.
pub struct EncodedSource {
    as_of: i32,
    says: Option<Vec<u8>>,
}

impl EncodedSource {
    pub fn of(row: &SourceRow) -> Self {
        Self { as_of: day_number(row.as_of), says: row.says.as_deref().map(encode_observation) }
    }
}

/// Runs [`ADD_SOURCE`].
pub fn write_source(
    statement: &mut CachedStatement<'_>,
    tenant: TenantId,
    row: &SourceRow,
    encoded: &EncodedSource,
) -> rusqlite::Result<usize> {
    statement.execute(params![
        tenant.as_bytes(),
        row.movement.as_bytes(),
        row.id.as_bytes(),
        row.import.as_bytes(),
        row.consent.as_bytes(),
        row.place,
        codes::source_kind(row.source),
        encoded.as_of,
        row.received_at.as_microsecond(),
        codes::reason(row.reason),
        encoded.says,
    ])
}

/// Puts a source record under another movement.
pub fn move_source(
    unit: &Unit<'_>,
    id: SourceId,
    from: MovementId,
    to: MovementId,
) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        from.as_bytes(),
        id.as_bytes(),
        to.as_bytes(),
        codes::reason(MergeReason::Split),
    ];
    unit.change("moving a source", MOVE_SOURCE, values)
}

/// Adds an alias.
pub fn add_alias(unit: &Unit<'_>, row: &AliasRow) -> Result<(), StoreError> {
    let values = params![
        unit.tenant.as_bytes(),
        row.alias.as_bytes(),
        row.movement.as_bytes(),
        row.at.as_microsecond(),
        row.undone,
    ];
    unit.execute("adding an alias", ADD_ALIAS, values).map(drop)
}

/// The last feed position given out; 0 before the first.
pub fn feed_position(connection: &Connection, tenant: TenantId) -> Result<u64, StoreError> {
    let position = first(connection, FEED_POSITION, [tenant.as_bytes()], read_position)?;
    Ok(position.unwrap_or(0))
}

fn read_position(columns: &mut Columns<'_>) -> Result<u64, StoreError> {
    columns.number()
}

/// Records the last feed position given out.
pub fn set_feed_position(unit: &Unit<'_>, position: u64) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), signed(position)];
    unit.execute("giving out feed positions", SET_FEED_POSITION, values).map(drop)
}
