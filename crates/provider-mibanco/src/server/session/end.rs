//! `DELETE /mibanco/api/v1/mibanco/session`

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use cartola_http::Gate;

use super::super::AUDIENCE;
use super::super::caller::{device_beside, settings_of, token};
use super::super::refused::{Refused, Told, answered};

/// End a session
///
/// The call brings the access token, or the refresh token where that one has run out. Both are of no use from
/// then on. The link and its mandate stay until they are withdrawn or
/// run out, as `/v1/links` shows them. Ending what has ended is no failure.
#[utoipa::path(
    delete, path = "/api/v1/mibanco/session", operation_id = "end_session", tag = "session",
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "`INVALID_TOKEN`", body = Told),
        (status = 403, description = "`DEVICE_MISMATCH`", body = Told),
    ),
    security(("session" = [])),
)]
pub async fn end(State(gate): State<Gate>, parts: Parts) -> Response {
    answered(&gate, ended(&gate, &parts).await)
}

async fn ended(gate: &Gate, parts: &Parts) -> Result<Response, Refused> {
    let device = device_beside(&parts.headers, &settings_of(parts))?;
    gate.engine().end_device_session(token(&parts.headers)?, AUDIENCE, device).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
