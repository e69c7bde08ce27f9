//! `GET /mibanco/api/v1/mibanco/bills`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::device_sessions::DeviceSession;
use cartola_http::{Gate, answer};
use cartola_model::{Record, RecordKind, Scope};

use super::super::caller::Session;
use super::super::desk::read_records;
use super::super::refused::{Refused, Told, answered};
use super::super::{screens, told};
use super::newest;

/// List the service accounts, and what is owed there
#[utoipa::path(
    get, path = "/api/v1/mibanco/bills", operation_id = "bills", tag = "products",
    responses(
        (status = 200, description = "The service accounts that the customer has registered", body = told::Bills),
        (status = 401, description = "`INVALID_TOKEN`, `INVALID_CREDENTIALS`", body = Told),
        (status = 403, description = "`DEVICE_MISMATCH`, `CONSENT_REQUIRED`", body = Told),
        (status = 423, description = "`CREDENTIALS_LOCKED`", body = Told),
        (status = 429, description = "`RATE_LIMITED`, with `Retry-After`", body = Told),
        (status = 502, description = "`BANK_ANSWER_INVALID`", body = Told),
        (status = 503, description = "`UNAVAILABLE`", body = Told),
        (status = 504, description = "`TIMEOUT`", body = Told),
    ),
    security(("session" = [])),
)]
pub async fn read(State(gate): State<Gate>, caller: Session) -> Response {
    let told = async {
        let session = caller.may(Scope::Read)?;
        let told = tell(gate.engine(), session).await?;
        screens::note(gate.engine(), session, ("mibanco.bills", screens::BILLS));
        Ok(answer::json(StatusCode::OK, &told))
    };
    answered(&gate, told.await)
}

async fn tell(engine: &Engine, session: &DeviceSession) -> Result<told::Bills, Refused> {
    if !read_records(engine, session, [RecordKind::ServiceAccounts]).await? {
        return Ok(told::Bills { bills: Vec::new() });
    }
    let bills = match newest(engine, session, RecordKind::ServiceAccounts).await? {
        Some(Record::ServiceAccounts(all)) => all.iter().map(told::bill).collect(),
        _ => Vec::new(),
    };
    Ok(told::Bills { bills })
}
