//! What the customer's bank knows. Each call reads the bank through the session's link, and tells what
//! the store then holds.

pub mod accounts;
pub mod balances;
pub mod beneficiaries;
pub mod bills;
pub mod cards;
pub mod credit_lines;
pub mod profile;
pub mod statement;

use cartola_engine::Engine;
use cartola_engine::device_sessions::DeviceSession;
use cartola_model::{Record, RecordKind};

use super::refused::Refused;

/// Movements of one statement at most, over all its pages.
pub const MAX_MOVEMENTS: usize = 100_000;

/// The newest record of a product that the session's link has told of.
pub async fn newest(
    engine: &Engine,
    session: &DeviceSession,
    kind: RecordKind,
) -> Result<Option<Record>, Refused> {
    let found = engine.newest_record(&session.who, session.link.id, kind).await?;
    Ok(found.map(|open| open.record))
}
