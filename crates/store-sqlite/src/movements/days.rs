//! Which movements of a tenant a day has: what lists over all accounts walk.
//!
//! Of one account, movements lie together; of a tenant, those of one account lie among all others', and a
//! history of two years changes a page for nearly each of its days. So an account that is new is left
//! out at first, and listed together with others. Lists read beside what is left out: see `page`.

use cartola_model::Movement;
use cartola_primitives::id::{AccountId, TenantId};
use cartola_store::StoreError;
use cartola_store::encoding::day_number;
use rusqlite::{Connection, params};

use crate::columns::{Columns, signed};
use crate::error::Doing;
use crate::inserts::Insert;
use crate::rows::{all, first};
use crate::unit::Unit;

/// Movements of an account that are worth to be left out, when they are its first.
const HISTORY: usize = 64;

/// Accounts that are left out, at most: each page of a tenant looks at each of the tenant's.
const MAX_ACCOUNTS: u64 = 32;

/// Movements that are left out, at most: so many are listed in one transaction, which others wait for.
const MAX_MOVEMENTS: u64 = 32_000;

/// Movements of one account with which it is listed by itself: it gains nothing from others.
const ENOUGH_MOVEMENTS: u64 = 8_000;

static ADD: Insert = Insert::into("movement_day (tenant, booked_on, id, account)", 3);
const LEAVE: &str = "INSERT INTO unlisted (tenant, account, movements) VALUES (?1, ?2, ?3)";
const ANY: &str = "SELECT 1 FROM movement WHERE tenant = ?1 AND account = ?2 LIMIT 1";
const COUNT: &str = "UPDATE unlisted SET movements = movements + ?3 \
    WHERE tenant = ?1 AND account = ?2 RETURNING movements";
const LEFT: &str = "SELECT account FROM unlisted WHERE tenant = ?1";
const LIST: &str = "INSERT INTO movement_day (tenant, booked_on, id, account) \
    SELECT tenant, booked_on, id, account FROM movement WHERE tenant = ?1 AND account = ?2 \
    ORDER BY booked_on, id";
const LISTED: &str = "DELETE FROM unlisted WHERE tenant = ?1 AND account = ?2";
const ALL: &str = "SELECT count(*), coalesce(sum(movements), 0) FROM unlisted";
const LIST_ALL: &str = "INSERT INTO movement_day (tenant, booked_on, id, account) \
    SELECT m.tenant, m.booked_on, m.id, m.account FROM unlisted u CROSS JOIN movement m \
    ON m.tenant = u.tenant AND m.account = u.account ORDER BY m.tenant, m.booked_on, m.id";
const ALL_LISTED: &str = "DELETE FROM unlisted";
const MOVE: &str = "UPDATE movement_day SET booked_on = ?4 \
    WHERE tenant = ?1 AND booked_on = ?2 AND id = ?3";

const LISTING: &str = "listing movements by day";

/// Lists movements that are about to be added, or leaves them out.
pub fn list<Row>(
    unit: &Unit<'_>,
    rows: &[Row],
    movement: impl Fn(&Row) -> &Movement + Copy,
) -> Result<(), StoreError> {
    for rows in rows.chunk_by(|one, next| movement(one).account == movement(next).account) {
        let Some(row) = rows.first() else { continue };
        let account = movement(row).account;
        match count(unit, account, rows.len() as u64)? {
            Some(left) if left < ENOUGH_MOVEMENTS => {}
            None if rows.len() >= HISTORY && is_new(unit, account)? => {
                leave(unit, account, rows.len() as u64)?;
            }
            Some(_) => {
                list_account(unit, account)?;
                add(unit, rows, movement)?;
            }
            None => add(unit, rows, movement)?,
        }
    }
    Ok(())
}

fn is_new(unit: &Unit<'_>, account: AccountId) -> Result<bool, StoreError> {
    let values = params![unit.tenant.as_bytes(), account.as_bytes()];
    Ok(first(unit.connection, ANY, values, |_| Ok(()))?.is_none())
}

fn leave(unit: &Unit<'_>, account: AccountId, movements: u64) -> Result<(), StoreError> {
    let values = params![unit.tenant.as_bytes(), account.as_bytes(), signed(movements)];
    unit.execute(LISTING, LEAVE, values).map(drop)
}

/// How many movements of an account are left out, with so many more; nothing for one that is listed.
fn count(unit: &Unit<'_>, account: AccountId, more: u64) -> Result<Option<u64>, StoreError> {
    let values = params![unit.tenant.as_bytes(), account.as_bytes(), signed(more)];
    first(unit.connection, COUNT, values, |columns: &mut Columns<'_>| columns.number())
}

fn add<Row>(
    unit: &Unit<'_>,
    rows: &[Row],
    movement: impl Fn(&Row) -> &Movement,
) -> Result<(), StoreError> {
    ADD.run(unit.connection, unit.tenant, rows, |values, row| {
        let Movement { booked_on, id, account, .. } = movement(row);
        values.put(day_number(*booked_on))?;
        values.put(id.as_bytes())?;
        values.put(account.as_bytes())
    })
    .doing(LISTING)
}

fn list_account(unit: &Unit<'_>, account: AccountId) -> Result<(), StoreError> {
    for statement in [LIST, LISTED] {
        unit.execute(LISTING, statement, params![unit.tenant.as_bytes(), account.as_bytes()])?;
    }
    Ok(())
}

/// Moves a movement from one day to another.
pub fn change(
    unit: &Unit<'_>,
    movement: &Movement,
    (from, to): (i32, i32),
) -> Result<(), StoreError> {
    if from == to || count(unit, movement.account, 0)?.is_some() {
        return Ok(());
    }
    unit.change(LISTING, MOVE, params![unit.tenant.as_bytes(), from, movement.id.as_bytes(), to])
}

/// The accounts of a tenant that are left out.
pub fn left(connection: &Connection, tenant: TenantId) -> Result<Vec<AccountId>, StoreError> {
    all(connection, LEFT, [tenant.as_bytes()], |columns: &mut Columns<'_>| columns.id())
}

/// Whether enough are left out to be listed together.
pub fn is_due(connection: &Connection) -> Result<bool, StoreError> {
    let counts = first(connection, ALL, [], |columns: &mut Columns<'_>| {
        Ok((columns.number::<u64>()?, columns.number::<u64>()?))
    })?;
    Ok(counts
        .is_some_and(|(accounts, movements)| accounts > MAX_ACCOUNTS || movements > MAX_MOVEMENTS))
}

/// Lists all that is left out. To be called within a transaction.
pub fn list_all(connection: &Connection) -> Result<(), StoreError> {
    for statement in [LIST_ALL, ALL_LISTED] {
        let mut prepared = connection.prepare_cached(statement).doing(LISTING)?;
        prepared.execute([]).doing(LISTING)?;
    }
    Ok(())
}
