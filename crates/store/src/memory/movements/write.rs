use std::sync::Arc;

use cartola_model::MergeReason;
use cartola_primitives::id::{MovementId, SourceId};

use crate::memory::tables::{Tables, add, expect};
use crate::memory::unit::Unit;
use crate::movements::{AliasRow, FeedChange, MovementKey, MovementRow, SourceRow};
use crate::work::MovementChange;
use crate::{StoreError, StoreErrorKind};

pub fn add_movements(unit: &mut Unit<'_>, rows: Vec<MovementRow>) -> Result<(), StoreError> {
    for row in rows {
        let id = row.movement.id;
        enter(&mut unit.tables, &row);
        add(&mut unit.tables.movements, id, row)?;
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
            expect(&mut unit.tables.movements, &id, |known| known.movement.version == expected)?;
        if known.movement.account != row.movement.account {
            let context = "a movement cannot go to another account";
            return Err(StoreError::new(StoreErrorKind::Misuse, context));
        }
        let before = std::mem::replace(known, row.clone());
        leave(&mut unit.tables, &before);
        enter(&mut unit.tables, &row);
        if let Some(change) = feed {
            tell(unit, change, id);
        }
    }
    Ok(())
}

fn tell(unit: &mut Unit<'_>, change: FeedChange, movement: MovementId) {
    let feed = Arc::make_mut(&mut unit.tables.feed);
    feed.push((change, movement));
    unit.receipt.feed_position = Some(feed.len() as u64);
}

fn key(row: &MovementRow) -> MovementKey {
    MovementKey { booked_on: row.movement.booked_on, id: row.movement.id }
}

fn enter(tables: &mut Tables, row: &MovementRow) {
    Arc::make_mut(&mut tables.days).insert(key(row));
    Arc::make_mut(&mut tables.statements).insert((row.movement.account, key(row)));
}

fn leave(tables: &mut Tables, row: &MovementRow) {
    Arc::make_mut(&mut tables.days).remove(&key(row));
    Arc::make_mut(&mut tables.statements).remove(&(row.movement.account, key(row)));
}

pub fn add_sources(tables: &mut Tables, rows: Vec<SourceRow>) -> Result<(), StoreError> {
    for row in rows {
        Arc::make_mut(&mut tables.sources_of).insert((row.movement, row.id));
        add(&mut tables.sources, row.id, row)?;
    }
    Ok(())
}

pub fn move_source(
    tables: &mut Tables,
    id: SourceId,
    from: MovementId,
    to: MovementId,
) -> Result<(), StoreError> {
    let source = expect(&mut tables.sources, &id, |row| row.movement == from)?;
    source.movement = to;
    source.reason = MergeReason::Split;
    let sources_of = Arc::make_mut(&mut tables.sources_of);
    sources_of.remove(&(from, id));
    sources_of.insert((to, id));
    Ok(())
}

pub fn add_alias(tables: &mut Tables, row: AliasRow) -> Result<(), StoreError> {
    if tables.aliases.contains(&row) {
        return Err(StoreError::conflict("that alias is recorded"));
    }
    Arc::make_mut(&mut tables.aliases).push(row);
    Ok(())
}
