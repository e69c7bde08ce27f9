//! A page of movements: the read that everything else waits for.
//!
//! Of an account, one statement walks one range of one tree, in the order asked for. Of a tenant, it walks the
//! tree of days and searches each row, and beside it goes what that tree does not have yet. A row that is
//! not shown costs a look at its head; nothing more is asked per row.

use cartola_model::{MovementStatus, glosa};
use cartola_primitives::id::{ID_BYTES, TenantId};
use cartola_store::encoding::day_number;
use cartola_store::encoding::movement::StoredMovement;
use cartola_store::movements::{MovementList, MovementPage, MovementQuery, Order};
use cartola_store::{StoreError, page_size};
use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator as _;
use rusqlite::{Connection, Rows, params};

use super::beside::Beside;
use super::row::{StoredRow, movement_columns};
use crate::columns::Columns;
use crate::error::Doing;
use crate::permits::Permits;
use crate::rows::snapshot;

// Each list is walked from a key, excluded, to a day, included.
pub const OF_ACCOUNT_NEWEST: &str = "SELECT booked_on, id, body FROM movement \
    WHERE tenant = ?1 AND (booked_on, id) < (?2, ?3) AND booked_on >= ?4 AND account = ?5 \
    ORDER BY booked_on DESC, id DESC";
pub(super) const OF_ACCOUNT_OLDEST: &str = "SELECT booked_on, id, body FROM movement \
    WHERE tenant = ?1 AND (booked_on, id) > (?2, ?3) AND booked_on <= ?4 AND account = ?5 \
    ORDER BY booked_on, id";
// The tree by day gives the key, and the movement is searched by it.
pub(super) const OF_TENANT_NEWEST: &str = concat!(
    "SELECT ",
    movement_columns!("m."),
    " FROM movement_day d CROSS JOIN movement m ON m.tenant = d.tenant AND m.account = d.account \
     AND m.booked_on = d.booked_on AND m.id = d.id \
     WHERE d.tenant = ?1 AND (d.booked_on, d.id) < (?2, ?3) AND d.booked_on >= ?4 \
     ORDER BY d.booked_on DESC, d.id DESC"
);
pub(super) const OF_TENANT_OLDEST: &str = concat!(
    "SELECT ",
    movement_columns!("m."),
    " FROM movement_day d CROSS JOIN movement m ON m.tenant = d.tenant AND m.account = d.account \
     AND m.booked_on = d.booked_on AND m.id = d.id \
     WHERE d.tenant = ?1 AND (d.booked_on, d.id) > (?2, ?3) AND d.booked_on <= ?4 \
     ORDER BY d.booked_on, d.id"
);

const READING: &str = "reading a page of movements";

/// A page of movements that some holding consent allows, looked for in so many rows at most.
pub fn page(
    connection: &Connection,
    tenant: TenantId,
    query: &MovementQuery,
    most: usize,
) -> Result<MovementPage, StoreError> {
    match query.account {
        Some(_) => walk(connection, tenant, query, most),
        // The tree of days and what it leaves out are read one after the other: between two states of the
        // store, an account may go from one to the other.
        None => snapshot(connection, || walk(connection, tenant, query, most)),
    }
}

fn walk(
    connection: &Connection,
    tenant: TenantId,
    query: &MovementQuery,
    most: usize,
) -> Result<MovementPage, StoreError> {
    let range = Range::of(query);
    let mut statement = connection.prepare_cached(statement(query)).doing(READING)?;
    let tenant_bytes = tenant.as_bytes();
    let rows = match query.account {
        Some(account) => {
            let account = account.as_bytes();
            statement.query(params![tenant_bytes, range.day, range.id, range.last_day, account])
        }
        None => statement.query(params![tenant_bytes, range.day, range.id, range.last_day]),
    };
    let mut rows = rows.doing(READING)?;
    rows.advance().doing(READING)?;
    // The open statement holds one state of the store, for the look at consents too.
    let beside = Beside::of(connection, (tenant, query), &range)?;
    let permits = Permits::new(connection, tenant, query.now);
    gather((rows, beside), query, permits, most)
}

const fn statement(query: &MovementQuery) -> &'static str {
    match (query.account, query.order) {
        (Some(_), Order::NewestFirst) => OF_ACCOUNT_NEWEST,
        (Some(_), Order::OldestFirst) => OF_ACCOUNT_OLDEST,
        (None, Order::NewestFirst) => OF_TENANT_NEWEST,
        (None, Order::OldestFirst) => OF_TENANT_OLDEST,
    }
}

fn gather(
    (mut rows, mut beside): (Rows<'_>, Beside<'_>),
    query: &MovementQuery,
    mut permits: Permits<'_>,
    most: usize,
) -> Result<MovementPage, StoreError> {
    let (filter, limit) = (Filter::of(query), page_size(query.limit));
    let mut page = MovementPage { rows: MovementList::with_capacity(limit), next: None };
    let mut seen = 0;
    let mut end = None;
    loop {
        let listed = match rows.get() {
            Some(row) => {
                let mut columns = Columns::of(row);
                Some(match query.account {
                    Some(account) => StoredRow::of_account(&mut columns, account)?,
                    None => StoredRow::read(&mut columns)?,
                })
            }
            None => None,
        };
        let is_beside = beside.comes_before(listed.as_ref().map(StoredRow::key));
        let next = if is_beside { beside.first()? } else { listed };
        let Some(row) = next else { break };
        // Only now is it known that there is something beyond the end.
        if end.is_some() {
            page.next = end;
            break;
        }
        seen += 1;
        let key = row.key();
        if filter.passes(&row.body)? && permits.set_holds(row.body.consents)? {
            row.push_to(&mut page.rows);
        }
        end = (page.rows.len() == limit || seen == most).then_some(key);
        if is_beside {
            beside.advance()?;
        } else {
            rows.advance().doing(READING)?;
        }
    }
    Ok(page)
}

/// Where a walk begins, excluded, and the last day that belongs to it.
pub(super) struct Range {
    pub day: i64,
    pub id: [u8; ID_BYTES],
    pub last_day: i64,
}

impl Range {
    fn of(query: &MovementQuery) -> Self {
        let from = query.from.map(|day| i64::from(day_number(day)));
        let to = query.to.map(|day| i64::from(day_number(day)));
        let after =
            query.after.map(|key| (i64::from(day_number(key.booked_on)), *key.id.as_bytes()));
        match query.order {
            Order::NewestFirst => {
                let whole = (to.map_or(i64::MAX, |day| day + 1), [u8::MIN; ID_BYTES]);
                let (day, id) = after.map_or(whole, |after| after.min(whole));
                Self { day, id, last_day: from.unwrap_or(i64::MIN) }
            }
            Order::OldestFirst => {
                let whole = (from.map_or(i64::MIN, |day| day - 1), [u8::MAX; ID_BYTES]);
                let (day, id) = after.map_or(whole, |after| after.max(whole));
                Self { day, id, last_day: to.unwrap_or(i64::MAX) }
            }
        }
    }
}

/// What a row must say to be shown, consents aside.
struct Filter {
    status: Option<MovementStatus>,
    min_amount: i64,
    max_amount: i64,
    text: Option<String>,
}

impl Filter {
    fn of(query: &MovementQuery) -> Self {
        Self {
            status: query.status,
            min_amount: query.min_amount.unwrap_or(i64::MIN),
            max_amount: query.max_amount.unwrap_or(i64::MAX),
            text: query.text.as_deref().map(glosa::fold).filter(|text| !text.is_empty()),
        }
    }

    fn passes(&self, movement: &StoredMovement<'_>) -> Result<bool, StoreError> {
        let wanted = match self.status {
            Some(wanted) => movement.status == wanted,
            None => movement.status != MovementStatus::Removed,
        };
        if !wanted || !(self.min_amount..=self.max_amount).contains(&movement.amount) {
            return Ok(false);
        }
        match &self.text {
            Some(text) => Ok(glosa::fold(movement.glosa()?).contains(text)),
            None => Ok(true),
        }
    }
}
