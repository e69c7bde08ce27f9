use std::sync::Arc;

use cartola_model::MergeReason;
use cartola_primitives::id::{MovementId, SourceId};

use crate::memory::records::{Records, add, expect};
use crate::memory::unit::Unit;
use crate::movements::{AliasRow, FeedChange, MovementKey, MovementRow, SourceRow};
use crate::work::MovementChange;
use crate::{StoreError, StoreErrorKind};

pub fn add_movements(unit: &mut Unit<'_>, rows: Vec<MovementRow>) -> Result<(), StoreError> {
    for row in rows {
        let id = row.movement.id;
        enter(&mut unit.records, &row);
        add(&mut unit.records.movements, id, row)?;
        tell(unit, FeedChange::Added, id);
    }
    Ok(())
}

pub fn change_movements(
    unit: &mut Unit<'_>,
    changes: Vec<MovementChange>,
) -> Result<(), StoreError> {
    for MovementChange { row, expected, feed } in changes {
        let id = row.movement.id;
        let known =
            expect(&mut unit.records.movements, &id, |known| known.movement.version == expected)?;
        if known.movement.account != row.movement.account {
            let context = "a movement cannot go to another account";
            return Err(StoreError::new(StoreErrorKind::Misuse, context));
        }
        let before = std::mem::replace(known, row.clone());
        leave(&mut unit.records, &before);
        enter(&mut unit.records, &row);
        if let Some(change) = feed {
            tell(unit, change, id);
        }
    }
    Ok(())
}

fn tell(unit: &mut Unit<'_>, change: FeedChange, movement: MovementId) {
    let feed = Arc::make_mut(&mut unit.records.feed);
    feed.push((change, movement));
    unit.receipt.feed_position = Some(feed.len() as u64);
}

fn key(row: &MovementRow) -> MovementKey {
    MovementKey { booked_on: row.movement.booked_on, id: row.movement.id }
}

fn enter(records: &mut Records, row: &MovementRow) {
    Arc::make_mut(&mut records.days).insert(key(row));
    Arc::make_mut(&mut records.statements).insert((row.movement.account, key(row)));
}

fn leave(records: &mut Records, row: &MovementRow) {
    Arc::make_mut(&mut records.days).remove(&key(row));
    Arc::make_mut(&mut records.statements).remove(&(row.movement.account, key(row)));
}

pub fn add_sources(records: &mut Records, rows: Vec<SourceRow>) -> Result<(), StoreError> {
    for row in rows {
        Arc::make_mut(&mut records.sources_of).insert((row.movement, row.id));
        add(&mut records.sources, row.id, row)?;
    }
    Ok(())
}

pub fn move_source(
    records: &mut Records,
    id: SourceId,
    from: MovementId,
    to: MovementId,
) -> Result<(), StoreError> {
    let source = expect(&mut records.sources, &id, |row| row.movement == from)?;
    source.movement = to;
    source.reason = MergeReason::Split;
    let sources_of = Arc::make_mut(&mut records.sources_of);
    sources_of.remove(&(from, id));
    sources_of.insert((to, id));
    Ok(())
}

pub fn add_alias(records: &mut Records, row: AliasRow) -> Result<(), StoreError> {
    if records.aliases.contains(&row) {
        return Err(StoreError::conflict("that alias is recorded"));
    }
    Arc::make_mut(&mut records.aliases).push(row);
    Ok(())
}
