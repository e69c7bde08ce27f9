//! Writing movements, sources and aliases.

use cartola_model::MergeReason;
use cartola_primitives::id::{MovementId, SourceId};
use cartola_store::encoding::codes;
use cartola_store::encoding::movement::encode_movement;
use cartola_store::encoding::{day_number, encode_observation};
use cartola_store::movements::{AliasRow, FeedChange, MovementRow, SourceRow};
use cartola_store::work::MovementChange;
use cartola_store::{StoreError, StoreErrorKind};
use rusqlite::params;

use super::attested::MOVEMENT;
use super::days;
use super::feed::{Entry, tell};
use super::row::StoredRow;
use crate::error::Doing;
use crate::inserts::{Insert, Values};
use crate::retention::expect_kept;
use crate::rows::first;
use crate::unit::Unit;

/// As [`bind_movement`] hands them over.
pub static ADD_MOVEMENTS: Insert =
    Insert::into("movement (tenant, account, booked_on, id, body)", 4);
const CHANGE_MOVEMENT: &str = "UPDATE movement INDEXED BY movement_by_id SET booked_on = ?3, \
    body = ?5 WHERE tenant = ?1 AND id = ?4 AND account = ?2";
/// As [`bind_source`] hands them over.
pub static ADD_SOURCES: Insert = Insert::into(
    "source (tenant, movement, id, import, consent, place, source, as_of, received_at, reason, says)",
    10,
);
const MOVE_SOURCE: &str = "UPDATE source SET movement = ?4, reason = ?5 \
    WHERE tenant = ?1 AND movement = ?2 AND id = ?3";
const ADD_ALIAS: &str =
    "INSERT INTO alias (tenant, alias, movement, at, undone) VALUES (?1, ?2, ?3, ?4, ?5)";

/// Adds movements, each with its place in the feed; gives the last position given out.
pub fn add_movements(
    unit: &Unit<'_>,
    rows: &[MovementRow],
    position: u64,
) -> Result<u64, StoreError> {
    const ADDING: &str = "adding movements";
    expect_kept(unit.connection, rows.iter().map(|row| row.movement.booked_on))?;
    days::list(unit, rows, |row| &row.movement)?;
    ADD_MOVEMENTS
        .run(unit.connection, unit.tenant, rows, |values, row| {
            bind_movement(values, row, &EncodedMovement::of(row))
        })
        .doing(ADDING)?;
    let entries: Vec<Entry> = rows.iter().map(|row| entry(FeedChange::Added, row)).collect();
    tell(unit.connection, unit.tenant, position, &entries).doing(ADDING)
}

/// Changes movements, with a place in the feed for those that a client sees; gives the last
/// position given out.
pub fn change_movements(
    unit: &Unit<'_>,
    changes: &[MovementChange],
    position: u64,
) -> Result<u64, StoreError> {
    const CHANGING: &str = "changing movements";
    expect_kept(unit.connection, changes.iter().map(|it| it.row.movement.booked_on))?;
    let mut change = unit.connection.prepare_cached(CHANGE_MOVEMENT).doing(CHANGING)?;
    let mut entries: Vec<Entry> = Vec::with_capacity(changes.len());
    for it in changes {
        let before = expect_version(unit, it)?;
        let EncodedMovement { booked_on, body } = EncodedMovement::of(&it.row);
        let movement = &it.row.movement;
        let (account, id) = (movement.account.as_bytes(), movement.id.as_bytes());
        let values = params![unit.tenant.as_bytes(), account, booked_on, id, body];
        if change.execute(values).doing(CHANGING)? != 1 {
            let context = "a movement cannot go to another account";
            return Err(StoreError::new(StoreErrorKind::Misuse, context));
        }
        days::change(unit, movement, (before, booked_on))?;
        entries.extend(it.feed.map(|change| entry(change, &it.row)));
    }
    tell(unit.connection, unit.tenant, position, &entries).doing(CHANGING)
}

/// Refuses a change that was decided on another version than the one that is there, or on none. Gives the
/// day that it had.
fn expect_version(unit: &Unit<'_>, change: &MovementChange) -> Result<i32, StoreError> {
    let values = params![unit.tenant.as_bytes(), change.row.movement.id.as_bytes()];
    let there = first(unit.connection, MOVEMENT, values, |columns| {
        let row = StoredRow::read(columns)?;
        Ok((row.body.version, day_number(row.key().booked_on)))
    })?;
    match there {
        Some((version, day)) if version == change.expected => Ok(day),
        _ => Err(StoreError::conflict("changing movements")),
    }
}

/// What the feed tells of a movement.
pub fn entry(change: FeedChange, MovementRow { movement, .. }: &MovementRow) -> Entry {
    (change, movement.account, movement.id)
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

/// Hands a movement over to [`ADD_MOVEMENTS`].
pub fn bind_movement(
    values: &mut Values<'_, '_>,
    row: &MovementRow,
    encoded: &EncodedMovement,
) -> rusqlite::Result<()> {
    values.put(row.movement.account.as_bytes())?;
    values.put(encoded.booked_on)?;
    values.put(row.movement.id.as_bytes())?;
    values.put(encoded.body.as_slice())
}

/// Adds source records.
pub fn add_sources(unit: &Unit<'_>, rows: &[SourceRow]) -> Result<(), StoreError> {
    ADD_SOURCES
        .run(unit.connection, unit.tenant, rows, |values, row| {
            bind_source(values, row, &EncodedSource::of(row))
        })
        .doing("adding sources")
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

/// Hands a source over to [`ADD_SOURCES`].
pub fn bind_source(
    values: &mut Values<'_, '_>,
    row: &SourceRow,
    encoded: &EncodedSource,
) -> rusqlite::Result<()> {
    values.put(row.movement.as_bytes())?;
    values.put(row.id.as_bytes())?;
    values.put(row.import.as_bytes())?;
    values.put(row.consent.as_bytes())?;
    values.put(row.place.as_str())?;
    values.put(codes::source_kind(row.source))?;
    values.put(encoded.as_of)?;
    values.put(row.received_at.as_microsecond())?;
    values.put(codes::reason(row.reason))?;
    values.put(encoded.says.as_deref())
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
