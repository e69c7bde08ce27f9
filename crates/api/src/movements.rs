//! Movements.

pub mod category;
pub mod list;
pub mod read;
pub mod split;
pub mod sync;
pub mod view;
pub mod why;
mod write;

use cartola_engine::rows::{MovementList, MovementRow};
use cartola_engine::{Engine, EngineError};
use cartola_model::{Counterparty, Principal};

/// The other sides of some movements, in their order. Only those that are sealed are opened.
async fn counterparties<Text: Sync>(
    engine: &Engine,
    who: &Principal,
    rows: &[MovementRow<Text>],
) -> Result<Vec<Option<Counterparty>>, EngineError> {
    let mut opened = Vec::with_capacity(rows.len());
    for row in rows {
        opened.push(engine.counterparty(who, row).await?);
    }
    Ok(opened)
}

/// The same of a page; empty for one without any, which costs nothing.
async fn counterparties_of_page(
    engine: &Engine,
    who: &Principal,
    rows: &MovementList,
) -> Result<Vec<Option<Counterparty>>, EngineError> {
    if !rows.has_counterparties() {
        return Ok(Vec::new());
    }
    let rows: Vec<MovementRow<&str>> = rows.iter().collect::<Result<_, _>>()?;
    counterparties(engine, who, &rows).await
}
