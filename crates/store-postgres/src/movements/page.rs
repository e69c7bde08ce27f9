//! A page of movements: the read that everything else waits for.
//!
//! A page walks one range, in the order asked for, a stretch of days and a chunk of rows at a time:
//! mostly one is enough. Of each chunk, the consent sets that were not seen yet are looked up
//! together.

use cartola_model::{MovementStatus, glosa};
use cartola_primitives::id::{ConsentSetId, ID_BYTES, TenantId};
use cartola_primitives::santiago;
use cartola_store::encoding::day_number;
use cartola_store::encoding::movement::StoredMovement;
use cartola_store::movements::{
    MAX_SCAN, MovementKey, MovementList, MovementPage, MovementQuery, Order,
};
use cartola_store::{MAX_PAGE, StoreError, page_size};
use tokio_postgres::Row;

use super::row::{StoredRow, movement_columns};
use crate::PostgresStore;
use crate::columns::Columns;
use crate::permits::Permits;
use crate::value::{Value, values};

// Lists of an account and of the tenant are walked in one order, by indexes that begin alike. Of a
// month that is new the planner knows nothing, and would take one for the other and walk all of the
// tenant for one account; so the tenant's index is of rows that have a body, which all have, and only
// lists of the tenant say so.
//
// Each list is walked from a key, excluded, to a day, included. The key's day is compared by itself
// too, since partitions are left out by that alone.
const OF_ACCOUNT_NEWEST: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = $1 AND booked_on <= $2 AND (booked_on, id) < ($2, $3) \
     AND booked_on >= $4 AND account = $6 ORDER BY booked_on DESC, id DESC LIMIT $5"
);
const OF_ACCOUNT_OLDEST: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = $1 AND booked_on >= $2 AND (booked_on, id) > ($2, $3) \
     AND booked_on <= $4 AND account = $6 ORDER BY booked_on, id LIMIT $5"
);
const OF_TENANT_NEWEST: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = $1 AND octet_length(body) > 0 AND booked_on <= $2 \
     AND (booked_on, id) < ($2, $3) AND booked_on >= $4 ORDER BY booked_on DESC, id DESC LIMIT $5"
);
/// Also of a check, which reads them all.
pub const OF_TENANT_OLDEST: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = $1 AND octet_length(body) > 0 AND booked_on >= $2 \
     AND (booked_on, id) > ($2, $3) AND booked_on <= $4 ORDER BY booked_on, id LIMIT $5"
);

/// A page of movements that some holding consent allows.
pub async fn page(
    store: &PostgresStore,
    tenant: TenantId,
    query: &MovementQuery,
) -> Result<MovementPage, StoreError> {
    let mut walk = Walk::of(query);
    let mut permits = Permits::new(tenant, query.now);
    let statement = statement(query);
    let values = walk.values(tenant, query);
    let (session, mut rows) = store.begin_reading(tenant, statement, &values).await?;
    loop {
        let chunk = Walk::open(&rows)?;
        permits.look_up(&session, walk.sets(&chunk)?).await?;
        if !walk.gather(&chunk, &permits)? {
            break;
        }
        rows = session.rows(statement, &walk.values(tenant, query)).await?;
    }
    session.end_reading();
    Ok(walk.page)
}

const fn statement(query: &MovementQuery) -> &'static str {
    match (query.account, query.order) {
        (Some(_), Order::NewestFirst) => OF_ACCOUNT_NEWEST,
        (Some(_), Order::OldestFirst) => OF_ACCOUNT_OLDEST,
        (None, Order::NewestFirst) => OF_TENANT_NEWEST,
        (None, Order::OldestFirst) => OF_TENANT_OLDEST,
    }
}

/// How far a page has come.
struct Walk {
    stretch: Stretch,
    filter: Filter,
    limit: usize,
    /// Rows of the next chunk.
    wanted: u64,
    seen: usize,
    last: Option<MovementKey>,
    page: MovementPage,
}

impl Walk {
    fn of(query: &MovementQuery) -> Self {
        let limit = page_size(query.limit);
        let rows = MovementList::with_capacity(limit);
        Self {
            stretch: Stretch::first(query),
            filter: Filter::of(query),
            limit,
            wanted: limit as u64 + 1,
            seen: 0,
            last: None,
            page: MovementPage { rows, next: None },
        }
    }

    fn values(&self, tenant: TenantId, query: &MovementQuery) -> Vec<Value> {
        let Stretch { day, id, end, .. } = self.stretch;
        let mut values = values![&tenant, day, Value::Id(id), end, self.wanted];
        values.extend(query.account.as_ref().map(Value::id));
        values
    }

    fn open(rows: &[Row]) -> Result<Vec<StoredRow<'_>>, StoreError> {
        rows.iter().map(|row| StoredRow::read(&mut Columns::of(row))).collect()
    }

    /// The consent sets of what may be shown.
    fn sets(&self, chunk: &[StoredRow<'_>]) -> Result<Vec<ConsentSetId>, StoreError> {
        let mut sets = Vec::new();
        for row in chunk {
            if self.filter.passes(&row.body)? && sets.last() != Some(&row.body.consents) {
                sets.push(row.body.consents);
            }
        }
        Ok(sets)
    }

    /// Takes what is shown of a chunk; gives whether there is another one to be looked at.
    fn gather(&mut self, chunk: &[StoredRow<'_>], permits: &Permits) -> Result<bool, StoreError> {
        for row in chunk {
            // Only now is it known that there is something beyond the end.
            if self.page.rows.len() == self.limit || self.seen == MAX_SCAN {
                self.page.next = self.last;
                return Ok(false);
            }
            self.seen += 1;
            self.last = Some(row.key());
            if self.filter.passes(&row.body)? && permits.set_holds(row.body.consents) {
                row.push_to(&mut self.page.rows);
            }
        }
        let whole = chunk.len() as u64 == self.wanted;
        self.wanted = MAX_PAGE as u64 + 1;
        Ok(match self.last {
            Some(last) if whole => {
                self.stretch.begin_after(last);
                true
            }
            _ => self.stretch.go_on(),
        })
    }
}

/// Days of the first stretch. Most pages are full within them.
const FIRST_STRETCH_DAYS: i32 = 62;

/// How much longer the second stretch is; the third is all that is left.
const LONGER: i32 = 8;

/// Where a walk begins, excluded, and the last day of what is looked at next. Each stretch opens the
/// partitions of its months, and a page that is full opens no more.
#[derive(Clone, Copy)]
struct Stretch {
    order: Order,
    day: i32,
    id: [u8; ID_BYTES],
    end: i32,
    /// The last day that belongs to the walk.
    last_day: i32,
    /// Days of the next one; none where it takes all that is left.
    next: Option<i32>,
}

impl Stretch {
    fn first(query: &MovementQuery) -> Self {
        let (from, to) = (query.from.map(day_number), query.to.map(day_number));
        let after = query.after.map(|key| (day_number(key.booked_on), *key.id.as_bytes()));
        let today = day_number(santiago::date_of(query.now));
        match query.order {
            Order::NewestFirst => {
                let whole = (to.map_or(i32::MAX, |day| day + 1), [u8::MIN; ID_BYTES]);
                let (day, id) = after.map_or(whole, |after| after.min(whole));
                let last_day = from.unwrap_or(i32::MIN);
                let end = last_day.max(day.min(today).saturating_sub(FIRST_STRETCH_DAYS));
                let next = Some(FIRST_STRETCH_DAYS * LONGER);
                Self { order: query.order, day, id, end, last_day, next }
            }
            // The oldest may be of any day.
            Order::OldestFirst => {
                let whole = (from.map_or(i32::MIN, |day| day - 1), [u8::MAX; ID_BYTES]);
                let (day, id) = after.map_or(whole, |after| after.max(whole));
                let last_day = to.unwrap_or(i32::MAX);
                let begun = day > i32::MIN;
                let end = if begun { day.saturating_add(FIRST_STRETCH_DAYS) } else { i32::MAX };
                let (end, next) = (end.min(last_day), Some(FIRST_STRETCH_DAYS * LONGER));
                Self { order: query.order, day, id, end, last_day, next }
            }
        }
    }

    fn begin_after(&mut self, key: MovementKey) {
        (self.day, self.id) = (day_number(key.booked_on), *key.id.as_bytes());
    }

    /// Goes on where this one ends, unless that is the end of all.
    fn go_on(&mut self) -> bool {
        if self.end == self.last_day {
            return false;
        }
        let days = self.next.take();
        (self.day, self.id, self.end) = match self.order {
            Order::NewestFirst => {
                let end = days.map_or(i32::MIN, |days| self.end.saturating_sub(days));
                (self.end, [u8::MIN; ID_BYTES], end.max(self.last_day))
            }
            Order::OldestFirst => {
                let end = days.map_or(i32::MAX, |days| self.end.saturating_add(days));
                (self.end, [u8::MAX; ID_BYTES], end.min(self.last_day))
            }
        };
        true
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
