//! `GET /mibanco/api/v1/mibanco/credit-lines`

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

/// List the credit lines
#[utoipa::path(
    get, path = "/api/v1/mibanco/credit-lines", operation_id = "credit_lines", tag = "products",
    responses(
        (status = 200, description = "The lines", body = told::CreditLines),
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
        screens::note(gate.engine(), session, ("mibanco.credit_lines", screens::CREDIT_LINES));
        Ok(answer::json(StatusCode::OK, &told))
    };
    answered(&gate, told.await)
}

async fn tell(engine: &Engine, session: &DeviceSession) -> Result<told::CreditLines, Refused> {
    if !read_records(engine, session, [RecordKind::CreditLines]).await? {
        return Ok(told::CreditLines { credit_lines: Vec::new() });
    }
    let credit_lines = match newest(engine, session, RecordKind::CreditLines).await? {
        Some(Record::CreditLines(all)) => all.iter().map(told::credit_line).collect(),
        _ => Vec::new(),
    };
    Ok(told::CreditLines { credit_lines })
}
