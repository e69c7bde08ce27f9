//! A page of movements: the read that everything else waits for.
//!
//! A page walks one range, in the order asked for, a chunk at a time: mostly one is enough. Of each
//! chunk, the consent sets that were not seen yet are looked up together.

use cartola_model::{MovementStatus, glosa};
use cartola_primitives::id::{ID_BYTES, TenantId};
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
    " FROM movement WHERE tenant = $1 AND booked_on <= $2 AND (booked_on, id) < ($2, $3) \
     AND booked_on >= $4 ORDER BY booked_on DESC, id DESC LIMIT $5"
);
const OF_TENANT_OLDEST: &str = concat!(
    "SELECT ",
    movement_columns!(""),
    " FROM movement WHERE tenant = $1 AND booked_on >= $2 AND (booked_on, id) > ($2, $3) \
     AND booked_on <= $4 ORDER BY booked_on, id LIMIT $5"
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
        walk.wanted = MAX_PAGE as u64 + 1;
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
    range: Range,
    filter: Filter,
    limit: usize,
    /// Rows of the next chunk.
    wanted: u64,
    seen: usize,
    page: MovementPage,
}

impl Walk {
    fn of(query: &MovementQuery) -> Self {
        let limit = page_size(query.limit);
        let rows = MovementList::with_capacity(limit);
        Self {
            range: Range::of(query),
            filter: Filter::of(query),
            limit,
            wanted: limit as u64 + 1,
            seen: 0,
            page: MovementPage { rows, next: None },
        }
    }

    fn values(&self, tenant: TenantId, query: &MovementQuery) -> Vec<Value> {
        let Range { day, id, last_day } = self.range;
        let mut values = values![&tenant, day, Value::Id(id), last_day, self.wanted];
        values.extend(query.account.as_ref().map(Value::id));
        values
    }

    fn open(rows: &[Row]) -> Result<Vec<StoredRow<'_>>, StoreError> {
        rows.iter().map(|row| StoredRow::read(&mut Columns::of(row))).collect()
    }

    /// The consent sets of what may be shown.
    fn sets(
        &self,
        chunk: &[StoredRow<'_>],
    ) -> Result<Vec<cartola_primitives::id::ConsentSetId>, StoreError> {
        let mut sets = Vec::new();
        for row in chunk {
            if self.filter.passes(&row.body)? && sets.last() != Some(&row.body.consents) {
                sets.push(row.body.consents);
            }
        }
        Ok(sets)
    }

    /// Takes what is shown of a chunk; gives whether there is reason to look at another one.
    fn gather(&mut self, chunk: &[StoredRow<'_>], permits: &Permits) -> Result<bool, StoreError> {
        let whole = chunk.len() as u64 == self.wanted;
        for row in chunk {
            // Only now is it known that there is something beyond the end.
            if self.page.rows.len() == self.limit || self.seen == MAX_SCAN {
                self.page.next = Some(self.range.key()?);
                return Ok(false);
            }
            self.seen += 1;
            self.range.go_on(row.key());
            if self.filter.passes(&row.body)? && permits.set_holds(row.body.consents) {
                row.push_to(&mut self.page.rows);
            }
        }
        Ok(whole)
    }
}

/// Where a walk begins, excluded, and the last day that belongs to it.
#[derive(Clone, Copy)]
struct Range {
    day: i32,
    id: [u8; ID_BYTES],
    last_day: i32,
}

impl Range {
    fn of(query: &MovementQuery) -> Self {
        let (from, to) = (query.from.map(day_number), query.to.map(day_number));
        let after = query.after.map(|key| (day_number(key.booked_on), *key.id.as_bytes()));
        match query.order {
            Order::NewestFirst => {
                let whole = (to.map_or(i32::MAX, |day| day + 1), [u8::MIN; ID_BYTES]);
                let (day, id) = after.map_or(whole, |after| after.min(whole));
                Self { day, id, last_day: from.unwrap_or(i32::MIN) }
            }
            Order::OldestFirst => {
                let whole = (from.map_or(i32::MIN, |day| day - 1), [u8::MAX; ID_BYTES]);
                let (day, id) = after.map_or(whole, |after| after.max(whole));
                Self { day, id, last_day: to.unwrap_or(i32::MAX) }
            }
        }
    }

    fn go_on(&mut self, key: MovementKey) {
        self.day = day_number(key.booked_on);
        self.id = *key.id.as_bytes();
    }

    /// The row that it stands at, after the first.
    fn key(&self) -> Result<MovementKey, StoreError> {
        let booked_on = cartola_store::encoding::date_of_day(self.day)?;
        let id = cartola_primitives::id::MovementId::from_bytes(self.id);
        Ok(MovementKey { booked_on, id })
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
