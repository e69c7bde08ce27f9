//! How the bank is asked.

use cartola_engine::Engine;
use cartola_engine::device_sessions::DeviceSession;
use cartola_engine::links::PaysFor;
use cartola_engine::readings::{ReadScope, Wanted};
use cartola_engine::work::Pending;
use cartola_model::{Failure, RecordKind, RecordKinds};
use cartola_primitives::SignedDuration;

use super::SYNC_WAIT;
use super::refused::Refused;
use crate::wire::ErrorCode;

/// How long further pages of a statement are of the reading that the first one was of.
pub const STATEMENT_HOLDS: SignedDuration = SignedDuration::from_mins(5);

/// Reads the bank through the session's link.
pub async fn read(
    engine: &Engine,
    session: &DeviceSession,
    scope: ReadScope,
) -> Result<(), Refused> {
    Ok(told(engine, session, scope).await??)
}

/// The same, unless the bank has told all of that within [`STATEMENT_HOLDS`].
pub async fn read_unless_fresh(
    engine: &Engine,
    session: &DeviceSession,
    scope: ReadScope,
) -> Result<(), Refused> {
    let last = engine.last_reading(&session.who, session.link.id).await?;
    let since = engine.now() - STATEMENT_HOLDS;
    let is_fresh = last.is_some_and(|last| {
        last.outcome.is_ok() && last.began_at >= since && last.scope.covers(&scope)
    });
    if is_fresh { Ok(()) } else { read(engine, session, scope).await }
}

/// Reads products. One that the customer does not have is an empty list and no failure: whether there
/// is any is told by what the store then holds.
pub async fn read_records<const N: usize>(
    engine: &Engine,
    session: &DeviceSession,
    kinds: [RecordKind; N],
) -> Result<bool, Refused> {
    match told(engine, session, ReadScope::records(RecordKinds::from_iter(kinds))).await? {
        Ok(()) => Ok(true),
        Err(Failure::NoData) => Ok(false),
        Err(failure) => Err(failure.into()),
    }
}

/// The same of one product that not every bank tells of.
pub async fn read_where_offered(
    engine: &Engine,
    session: &DeviceSession,
    kind: RecordKind,
) -> Result<bool, Refused> {
    match told(engine, session, ReadScope::records(RecordKinds::one(kind))).await? {
        Ok(()) => Ok(true),
        Err(Failure::NoData | Failure::Unsupported) => Ok(false),
        Err(failure) => Err(failure.into()),
    }
}

/// Refuses what moves money or changes something at the bank, before anybody is asked, where the mandate
/// that stands is for reading alone: signing in widens none.
pub async fn may_pay(engine: &Engine, session: &DeviceSession) -> Result<(), Refused> {
    if engine.pays_through(&session.who, session.link.id).await? >= PaysFor::Holder {
        return Ok(());
    }
    Err(Refused::new(
        ErrorCode::Unsupported,
        "El mandato vigente del cliente no permite pagar ni operar: retírelo y abra una sesión nueva.",
    ))
}

/// Waits for a reading to end well.
pub async fn until_read(engine: &Engine, pending: Pending) -> Result<(), Refused> {
    Ok(ended(engine, pending).await??)
}

async fn told(
    engine: &Engine,
    session: &DeviceSession,
    scope: ReadScope,
) -> Result<Result<(), Failure>, Refused> {
    let (who, link) = (&session.who, session.link.id);
    let pending = engine.request_reading(who, link, Wanted::at_once(scope)).await?;
    let told = ended(engine, pending).await?;
    if told == Err(Failure::ConsentRevoked) && engine.is_beyond_mandate(who, link, scope).await? {
        return Err(Refused::new(
            ErrorCode::Unsupported,
            "El mandato vigente del cliente no incluye estos datos: retírelo y abra una sesión nueva.",
        ));
    }
    Ok(told)
}

async fn ended(engine: &Engine, mut pending: Pending) -> Result<Result<(), Failure>, Refused> {
    match engine.wait_for(&mut pending, SYNC_WAIT).await? {
        Some(ended) => Ok(ended),
        None => Err(Failure::Timeout.into()),
    }
}
