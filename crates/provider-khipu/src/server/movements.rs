//! Movements of one account, all pages of them.

use cartola_engine::rows::{MovementList, MovementQuery, MovementRow, Order};
use cartola_engine::{Engine, EngineError};
use cartola_model::{Failure, Principal};
use cartola_primitives::Date;
use cartola_primitives::id::AccountId;

use super::MAX_MOVEMENTS;
use super::declined::Declined;

/// What the store has of some days, both included.
pub async fn movements(
    engine: &Engine,
    who: &Principal,
    account: AccountId,
    days: (Date, Date),
    order: Order,
) -> Result<Vec<MovementRow>, Declined> {
    let mut rows = Vec::new();
    for page in pages(engine, who, account, days, order).await? {
        rows.extend(page.to_rows().map_err(EngineError::from)?);
    }
    Ok(rows)
}

/// The same page by page, as it is stored.
pub async fn pages(
    engine: &Engine,
    who: &Principal,
    account: AccountId,
    (from, to): (Date, Date),
    order: Order,
) -> Result<Vec<MovementList>, Declined> {
    let (mut pages, mut count) = (Vec::new(), 0);
    let mut after = None;
    loop {
        let query = MovementQuery {
            account: Some(account),
            from: Some(from),
            to: Some(to),
            min_amount: None,
            max_amount: None,
            text: None,
            status: None,
            order,
            after,
            limit: usize::MAX,
            now: engine.now(),
        };
        let page = engine.movements(who, query).await?;
        count += page.rows.len();
        if count > MAX_MOVEMENTS {
            return Err(Failure::LimitExceeded.into());
        }
        pages.push(page.rows);
        after = page.next;
        if after.is_none() {
            return Ok(pages);
        }
    }
}
