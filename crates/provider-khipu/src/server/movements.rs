//! Movements of one account, all pages of them.

use cartola_engine::rows::{MovementQuery, MovementRow, Order};
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
    (from, to): (Date, Date),
    order: Order,
) -> Result<Vec<MovementRow>, Declined> {
    let mut rows = Vec::new();
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
        rows.extend(page.rows.to_rows().map_err(EngineError::from)?);
        if rows.len() > MAX_MOVEMENTS {
            return Err(Failure::LimitExceeded.into());
        }
        after = page.next;
        if after.is_none() {
            return Ok(rows);
        }
    }
}
