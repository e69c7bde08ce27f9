//! `GET /mibanco/api/v1/mibanco/accounts`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::device_sessions::DeviceSession;
use cartola_engine::readings::ReadScope;
use cartola_http::{Gate, answer};
use cartola_model::Scope;

use super::super::caller::Session;
use super::super::desk;
use super::super::refused::{Refused, Told, answered};
use super::super::{screens, told};

/// List the accounts
///
/// Cards and credit lines have calls of their own.
#[utoipa::path(
    get, path = "/api/v1/mibanco/accounts", operation_id = "accounts", tag = "accounts",
    responses(
        (status = 200, description = "The accounts", body = told::Accounts),
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
        screens::note(gate.engine(), session, ("mibanco.accounts", screens::BALANCES));
        Ok(answer::json(StatusCode::OK, &told))
    };
    answered(&gate, told.await)
}

async fn tell(engine: &Engine, session: &DeviceSession) -> Result<told::Accounts, Refused> {
    desk::read(engine, session, ReadScope::ACCOUNTS).await?;
    let accounts = engine.accounts_of(&session.who, session.link.id).await?;
    Ok(told::Accounts { accounts: accounts.iter().filter_map(told::Account::of).collect() })
}
