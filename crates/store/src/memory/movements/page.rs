use std::ops::Bound;

use cartola_model::glosa::fold;
use cartola_model::{Movement, MovementStatus};
use cartola_primitives::Date;
use cartola_primitives::id::AccountId;

use super::{first_of, last_of};
use crate::memory::consents::Permits;
use crate::memory::tables::Tables;
use crate::movements::{MAX_SCAN, MovementKey, MovementPage, MovementQuery, MovementRow, Order};
use crate::page_size;

pub fn page(tables: &Tables, query: &MovementQuery) -> MovementPage {
    let size = page_size(query.limit);
    let text = query.text.as_deref().map(fold);
    let mut permits = Permits::new(tables, query.now);
    let mut rows: Vec<&MovementRow> = Vec::new();
    let mut last_seen = None;
    for (seen, key) in keys(tables, query).enumerate() {
        if rows.len() == size || seen == MAX_SCAN {
            return MovementPage { rows: rows.into_iter().collect(), next: last_seen };
        }
        last_seen = Some(key);
        let row = &tables.movements[&key.id];
        if matches(&row.movement, query, text.as_deref()) && permits.set_holds(row.consents) {
            rows.push(row);
        }
    }
    MovementPage { rows: rows.into_iter().collect(), next: None }
}

/// Movements between two keys, both included, oldest first.
pub fn on_days(
    tables: &Tables,
    account: Option<AccountId>,
    from: MovementKey,
    to: MovementKey,
) -> Box<dyn DoubleEndedIterator<Item = MovementKey> + '_> {
    if to < from {
        // A range that ends before it begins would panic.
        return Box::new(std::iter::empty());
    }
    match account {
        Some(account) => {
            let range = (account, from)..=(account, to);
            Box::new(tables.statements.range(range).map(|&(_, key)| key))
        }
        None => Box::new(tables.days.range((Bound::Included(from), Bound::Included(to))).copied()),
    }
}

fn keys<'a>(
    tables: &'a Tables,
    query: &'a MovementQuery,
) -> Box<dyn Iterator<Item = MovementKey> + 'a> {
    let mut from = first_of(query.from.unwrap_or(Date::MIN));
    let mut to = last_of(query.to.unwrap_or(Date::MAX));
    let after = query.after;
    let beyond = move |key: &MovementKey| after != Some(*key);
    match query.order {
        Order::OldestFirst => {
            from = after.map_or(from, |after| after.max(from));
            Box::new(on_days(tables, query.account, from, to).filter(beyond))
        }
        Order::NewestFirst => {
            to = after.map_or(to, |after| after.min(to));
            Box::new(on_days(tables, query.account, from, to).rev().filter(beyond))
        }
    }
}

fn matches(movement: &Movement, query: &MovementQuery, text: Option<&str>) -> bool {
    let amount = movement.amount.minor();
    query.min_amount.is_none_or(|least| least <= amount)
        && query.max_amount.is_none_or(|most| amount <= most)
        && text.is_none_or(|text| fold(&movement.glosa).contains(text))
        && match query.status {
            Some(status) => movement.status == status,
            None => movement.status != MovementStatus::Removed,
        }
}
