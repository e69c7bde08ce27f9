//! Movements.

pub mod list;
pub mod read;
pub mod split;
pub mod sync;
pub mod view;
pub mod why;
mod write;

use cartola_engine::rows::MovementRow;
use cartola_engine::{Engine, EngineError};
use cartola_model::{Counterparty, Principal};

/// The other sides of some movements, in their order. Only those that are sealed are opened, and
/// a page without any costs nothing.
pub async fn counterparties(
    engine: &Engine,
    who: &Principal,
    rows: &[MovementRow],
) -> Result<Vec<Option<Counterparty>>, EngineError> {
    let mut opened = Vec::new();
    if rows.iter().any(|row| row.counterparty.is_some()) {
        opened.reserve(rows.len());
        for row in rows {
            opened.push(engine.counterparty(who, row).await?);
        }
    }
    Ok(opened)
}
