//! Writing movements, sources, aliases and the feed.

use cartola_model::MergeReason;
use cartola_primitives::id::{MovementId, SourceId, TenantId};
use cartola_store::encoding::{day_number, encode_details, encode_observation};
use cartola_store::movements::{AliasRow, FeedChange, MovementRow, SourceRow};
use cartola_store::work::MovementChange;
use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::{CachedStatement, Connection, params};

use crate::codes;
use crate::columns::{Columns, sealed_columns, signed};
use crate::error::Doing;
use crate::rows::first;
use crate::unit::Unit;

pub const ADD_MOVEMENT: &str = "INSERT INTO movement (tenant, account, booked_on, id, version, \
    status, amount, currency, value_on, balance_after, glosa, details, consents, \
    counterparty_key, counterparty_schema, counterparty_sealed) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
const CHANGE_MOVEMENT: &str = "UPDATE movement INDEXED BY movement_by_id SET booked_on = ?3, \
    version = ?5, status = ?6, amount = ?7, currency = ?8, value_on = ?9, balance_after = ?10, \
    glosa = ?11, details = ?12, consents = ?13, counterparty_key = ?14, \
    counterparty_schema = ?15, counterparty_sealed = ?16 \
    WHERE tenant = ?1 AND id = ?4 AND account = ?2 AND version = ?17";
const AS_EXPECTED: &str = "SELECT 1 FROM movement INDEXED BY movement_by_id \
    WHERE tenant = ?1 AND id = ?2 AND version = ?3";
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
    let mut add = unit.connection.prepare_cached(ADD_MOVEMENT).doing(ADDING)?;
    let mut feed = unit.connection.prepare_cached(ADD_FEED).doing(ADDING)?;
    for row in rows {
        write_movement(&mut add, unit.tenant, row, &EncodedMovement::of(row), None)
            .doing(ADDING)?;
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
    let mut change = unit.connection.prepare_cached(CHANGE_MOVEMENT).doing(CHANGING)?;
    let mut feed = unit.connection.prepare_cached(ADD_FEED).doing(CHANGING)?;
    for it in changes {
        let encoded = EncodedMovement::of(&it.row);
        let rows = write_movement(&mut change, unit.tenant, &it.row, &encoded, Some(it.expected));
        if rows.doing(CHANGING)? != 1 {
            return Err(not_changed(unit, it));
        }
        if let Some(word) = it.feed {
            position += 1;
            tell(&mut feed, unit.tenant, position, word, it.row.movement.id).doing(CHANGING)?;
        }
    }
    Ok(position)
}

/// Why a change met no row: another version, or an account that is not the movement's.
fn not_changed(unit: &Unit<'_>, change: &MovementChange) -> StoreError {
    let id = change.row.movement.id;
    let values = params![unit.tenant.as_bytes(), id.as_bytes(), change.expected];
    match first(unit.connection, AS_EXPECTED, values, |_| Ok(())) {
        Ok(Some(())) => {
            let context = "a movement cannot go to another account";
            StoreError::new(StoreErrorKind::Misuse, context)
        }
        Ok(None) => StoreError::conflict("changing movements"),
        Err(error) => error,
    }
}

/// What of a movement is written in another form.
pub struct EncodedMovement {
    booked_on: i32,
    value_on: Option<i32>,
    details: Option<Vec<u8>>,
}

impl EncodedMovement {
    pub fn of(row: &MovementRow) -> Self {
        Self {
            booked_on: day_number(row.movement.booked_on),
            value_on: row.movement.value_on.map(day_number),
            details: encode_details(&row.movement.details),
        }
    }
}

/// Runs [`ADD_MOVEMENT`], or with an expected version [`CHANGE_MOVEMENT`]: the first sixteen values
/// of both are the same, and the version is the seventeenth.
pub fn write_movement(
    statement: &mut CachedStatement<'_>,
    tenant: TenantId,
    row: &MovementRow,
    encoded: &EncodedMovement,
    expected: Option<u32>,
) -> rusqlite::Result<usize> {
    let movement = &row.movement;
    let (key, schema, sealed) = sealed_columns(row.counterparty.as_ref());
    let values = params![
        tenant.as_bytes(),
        movement.account.as_bytes(),
        encoded.booked_on,
        movement.id.as_bytes(),
        movement.version,
        codes::status(movement.status),
        movement.amount.minor(),
        movement.amount.currency().code(),
        encoded.value_on,
        movement.balance_after,
        movement.glosa,
        encoded.details,
        row.consents.as_bytes(),
        key,
        schema,
        sealed,
        expected,
    ];
    // An insert takes all values but the last.
    let taken = if expected.is_some() { values } else { &values[..values.len() - 1] };
    statement.execute(taken)
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
        Self { as_of: day_number(row.as_of), says: row.says.as_ref().map(encode_observation) }
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
