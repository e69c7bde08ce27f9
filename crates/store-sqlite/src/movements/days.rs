//! Which movements of a tenant a day has: what lists over all accounts walk.
//!
//! Of one account, movements lie together; of a tenant, those of one account lie among all others', and a
//! history of two years changes a page for nearly each of its days. So an account that is new is left
//! out at first, and listed together with others. Lists read beside what is left out: see `page`.

use std::collections::BTreeMap;

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
const HISTORY: u64 = 64;

/// Accounts beyond which all that are left out are listed: each page of a tenant looks at each of the
/// tenant's.
const MAX_ACCOUNTS: u64 = 32;

/// Movements beyond which all that are left out are listed: so many go into one transaction, for which
/// whoever comes meanwhile waits.
const MAX_MOVEMENTS: u64 = 32_000;

/// Movements of one account with which it is listed by itself: it gains nothing from others.
const ENOUGH: u64 = 8_000;

static ADD: Insert = Insert::into("movement_day (tenant, booked_on, id, account)", 3);
const LEAVE: &str = "INSERT INTO unlisted (tenant, account, movements) VALUES (?1, ?2, ?3)";
const ANY: &str = "SELECT 1 FROM movement WHERE tenant = ?1 AND account = ?2 LIMIT 1";
const COUNT: &str = "UPDATE unlisted SET movements = movements + ?3 \
    WHERE tenant = ?1 AND account = ?2 RETURNING movements";
const LEFT: &str = "SELECT account FROM unlisted WHERE tenant = ?1";
const LIST: &str = "INSERT INTO movement_day (tenant, booked_on, id, account) \
    SELECT tenant, booked_on, id, account FROM movement WHERE tenant = ?1 AND account = ?2 \
    ORDER BY booked_on, id";
const LEAVE_NO_MORE: &str = "DELETE FROM unlisted WHERE tenant = ?1 AND account = ?2";
const ALL: &str = "SELECT count(*), coalesce(sum(movements), 0) FROM unlisted";
const LIST_ALL: &str = "INSERT INTO movement_day (tenant, booked_on, id, account) \
    SELECT m.tenant, m.booked_on, m.id, m.account FROM unlisted u CROSS JOIN movement m \
    ON m.tenant = u.tenant AND m.account = u.account ORDER BY m.tenant, m.booked_on, m.id";
const LEAVE_NONE: &str = "DELETE FROM unlisted";
const MOVE: &str = "UPDATE movement_day SET booked_on = ?4 \
    WHERE tenant = ?1 AND booked_on = ?2 AND id = ?3";

const LISTING: &str = "listing movements by day";

/// Lists movements that are about to be added, or leaves them out.
pub fn list<Row>(
    unit: &Unit<'_>,
    rows: &[Row],
    movement: impl Fn(&Row) -> &Movement + Copy,
) -> Result<(), StoreError> {
    let mut accounts: BTreeMap<AccountId, Vec<&Movement>> = BTreeMap::new();
    for movement in rows.iter().map(movement) {
        accounts.entry(movement.account).or_default().push(movement);
    }
    accounts.into_iter().try_for_each(|(account, movements)| list_of(unit, account, &movements))
}

fn list_of(unit: &Unit<'_>, account: AccountId, movements: &[&Movement]) -> Result<(), StoreError> {
    let new = movements.len() as u64;
    match count(unit, account, new)? {
        Some(left) if left < ENOUGH => Ok(()),
        Some(_) => {
            list_account(unit, account)?;
            add(unit, movements)
        }
        None if (HISTORY..ENOUGH).contains(&new) && is_new(unit, account)? => {
            leave(unit, account, new)
        }
        None => add(unit, movements),
    }
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

fn add(unit: &Unit<'_>, movements: &[&Movement]) -> Result<(), StoreError> {
    ADD.run(unit.connection, unit.tenant, movements, |values, movement| {
        values.put(day_number(movement.booked_on))?;
        values.put(movement.id.as_bytes())?;
        values.put(movement.account.as_bytes())
    })
    .doing(LISTING)
}

fn list_account(unit: &Unit<'_>, account: AccountId) -> Result<(), StoreError> {
    for statement in [LIST, LEAVE_NO_MORE] {
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
    for statement in [LIST_ALL, LEAVE_NONE] {
        let mut prepared = connection.prepare_cached(statement).doing(LISTING)?;
        prepared.execute([]).doing(LISTING)?;
    }
    Ok(())
}
