//! The change feed, with each movement as it is now.
//!
//! A row is a run of entries: changes of one kind to movements of one account, at positions that follow
//! each other. The row has the position of the last.

use cartola_model::MovementStatus;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{AccountId, ID_BYTES, MovementId, TenantId};
use cartola_store::movements::{FeedChange, FeedEntry};
use cartola_store::{StoreError, page_size};
use rusqlite::{Connection, params};

use super::attested::MOVEMENT;
use super::row::read_movement;
use crate::columns::{Columns, signed};
use crate::error::Doing;
use crate::inserts::Insert;
use crate::permits::Permits;
use crate::rows::{all, each, first};
use crate::unit::Unit;

/// Entries of a run, at most; the table `place` has as many numbers. One is written anew when a movement of
/// it is forgotten, and read whole where a page of the feed begins within it.
const MAX_RUN: usize = 64;

static ADD: Insert = Insert::into("feed (tenant, position, change, account, movements)", 4);
pub(super) const RUNS: &str = "SELECT position, change, movements FROM feed \
    WHERE tenant = ?1 AND position > ?2 ORDER BY position";
const RUNS_TO: &str = "SELECT position, change, account, movements FROM feed \
    WHERE tenant = ?1 AND position > ?2 AND position <= ?3 ORDER BY position";
const REMOVE: &str = "DELETE FROM feed WHERE tenant = ?1 AND position = ?2";
const POSITION: &str = "SELECT position FROM tenant_feed WHERE tenant = ?1";
const SET_POSITION: &str = "INSERT INTO tenant_feed (tenant, position) VALUES (?1, ?2) \
    ON CONFLICT (tenant) DO UPDATE SET position = excluded.position";

/// What the feed tells of which movement of which account.
pub type Entry = (FeedChange, AccountId, MovementId);

/// Adds entries; gives the last position given out.
pub fn tell(
    connection: &Connection,
    tenant: TenantId,
    position: u64,
    entries: &[Entry],
) -> rusqlite::Result<u64> {
    let mut end = position;
    let runs: Vec<Run> = entries
        .chunk_by(|one, next| (one.0, one.1) == (next.0, next.1))
        .flat_map(|alike| alike.chunks(MAX_RUN))
        .filter_map(|run| {
            let &(change, account, _) = run.first()?;
            end += run.len() as u64;
            let movements = run.iter().flat_map(|(.., movement)| *movement.as_bytes()).collect();
            Some(Run { end, change: change.code().into(), account: *account.as_bytes(), movements })
        })
        .collect();
    add(connection, tenant, &runs)?;
    Ok(end)
}

/// A row as it stands.
struct Run {
    /// The position of its last entry.
    end: u64,
    change: i64,
    account: [u8; ID_BYTES],
    movements: Vec<u8>,
}

impl Run {
    fn entries(&self) -> impl Iterator<Item = (u64, &[u8; ID_BYTES])> {
        positioned(self.end, &self.movements)
    }
}

/// The movements of a run with their positions.
fn positioned(end: u64, movements: &[u8]) -> impl Iterator<Item = (u64, &[u8; ID_BYTES])> {
    let (movements, _) = movements.as_chunks();
    let begin = (end + 1).saturating_sub(movements.len() as u64);
    (begin..).zip(movements)
}

fn add(connection: &Connection, tenant: TenantId, runs: &[Run]) -> rusqlite::Result<()> {
    ADD.run(connection, tenant, runs, |values, run| {
        values.put(signed(run.end))?;
        values.put(run.change)?;
        values.put(run.account)?;
        values.put(run.movements.as_slice())
    })
}

/// Entries after a position, in order. The open statement holds one state of the store, for the
/// look at movements and consents too.
pub fn entries(
    connection: &Connection,
    tenant: TenantId,
    after: u64,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<FeedEntry>, StoreError> {
    let mut permits = Permits::new(connection, tenant, now);
    let limit = page_size(limit);
    let mut found = Vec::with_capacity(limit);
    each(connection, RUNS, params![tenant.as_bytes(), signed(after)], |columns| {
        let end = columns.number()?;
        let change = columns.code(|code| FeedChange::of_code(u8::try_from(code).ok()?))?;
        for (position, movement) in positioned(end, columns.bytes()?) {
            if found.len() == limit {
                return Ok(false);
            }
            if position > after {
                let values = params![tenant.as_bytes(), movement];
                let Some(row) = first(connection, MOVEMENT, values, read_movement)? else {
                    continue;
                };
                let shown = row.movement.status != MovementStatus::Removed
                    && permits.set_holds(row.consents)?;
                found.push(FeedEntry {
                    position,
                    change,
                    movement: row.movement.id,
                    account: row.movement.account,
                    row: shown.then_some(row),
                });
            }
        }
        Ok(found.len() < limit)
    })?;
    Ok(found)
}

/// Takes out the entries of those movements among runs that end after a position and not after another.
/// What is left keeps its positions. Gives how many went.
pub fn forget(
    connection: &Connection,
    tenant: TenantId,
    (after, to): (u64, u64),
    mut is_gone: impl FnMut(&[u8; ID_BYTES]) -> Result<bool, StoreError>,
) -> Result<u64, StoreError> {
    const FORGETTING: &str = "forgetting entries of the feed";
    let values = params![tenant.as_bytes(), signed(after), signed(to)];
    let mut forgotten = 0;
    for run in all(connection, RUNS_TO, values, read_run)? {
        let mut kept: Vec<Run> = Vec::new();
        let mut gone = 0;
        for (position, movement) in run.entries() {
            if is_gone(movement)? {
                gone += 1;
                continue;
            }
            match kept.last_mut().filter(|last| last.end + 1 == position) {
                Some(last) => {
                    last.end = position;
                    last.movements.extend(movement);
                }
                None => kept.push(Run { end: position, movements: movement.to_vec(), ..run }),
            }
        }
        if gone > 0 {
            let mut remove = connection.prepare_cached(REMOVE).doing(FORGETTING)?;
            remove.execute(params![tenant.as_bytes(), signed(run.end)]).doing(FORGETTING)?;
            add(connection, tenant, &kept).doing(FORGETTING)?;
            forgotten += gone;
        }
    }
    Ok(forgotten)
}

fn read_run(columns: &mut Columns<'_>) -> Result<Run, StoreError> {
    Ok(Run {
        end: columns.number()?,
        change: columns.integer()?,
        account: columns.array()?,
        movements: columns.bytes()?.to_vec(),
    })
}

/// The last position given out; 0 before the first.
pub fn feed_position(connection: &Connection, tenant: TenantId) -> Result<u64, StoreError> {
    let read = |columns: &mut Columns<'_>| columns.number();
    Ok(first(connection, POSITION, [tenant.as_bytes()], read)?.unwrap_or(0))
}

/// Records the last position given out.
pub fn set_feed_position(unit: &Unit<'_>, position: u64) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), signed(position)];
    unit.execute("giving out feed positions", SET_POSITION, values).map(drop)
}
