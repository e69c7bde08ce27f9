//! `POST /mibanco/api/v1/mibanco/session/refresh`

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::device_sessions::SessionTokens;
use cartola_http::{Gate, JsonOrUntyped, answer};
use cartola_primitives::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::{allowed, of_refresh, presented, settings_of};
use super::super::refused::{Refused, Told, answered};
use super::Given;

/// What a device sends.
#[derive(Deserialize, ToSchema)]
#[schema(as = RefreshRequest)]
#[serde(expecting = "an object with `refresh_token`")]
pub struct Asked {
    /// The one that the last answer about this session gave.
    #[schema(value_type = String)]
    refresh_token: Secret<String>,
}

/// Renew a session
///
/// A refresh token works once: using one again ends the session that came of it.
#[utoipa::path(
    post, path = "/api/v1/mibanco/session/refresh", operation_id = "refresh_session",
    tag = "session",
    request_body = Asked,
    responses(
        (status = 200, description = "The session, with other tokens", body = Given),
        (status = 400, description = "`INVALID_REQUEST`", body = Told),
        (status = 401, description = "`INVALID_REFRESH_TOKEN`", body = Told),
        (status = 403, description = "`DEVICE_MISMATCH`; `CONSENT_REQUIRED`: the mandate under which it was opened has ended", body = Told),
        (status = 429, description = "`RATE_LIMITED`, with `Retry-After`", body = Told),
    ),
)]
pub async fn refresh(State(gate): State<Gate>, request: Request) -> Response {
    let renewed = renewed(&gate, request).await;
    let told = renewed.map(|tokens| answer::json(StatusCode::OK, &Given::of(&tokens)));
    answered(&gate, told)
}

async fn renewed(gate: &Gate, request: Request) -> Result<SessionTokens, Refused> {
    let (parts, body) = request.into_parts();
    let settings = settings_of(&parts);
    let at = presented(&parts.headers, &settings)?;
    let again = Request::from_parts(parts.clone(), body);
    let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
        JsonOrUntyped::from_request(again, &()).await?;
    let token = asked.refresh_token.expose();
    // Before the token is used up: who is told to come back still has it then.
    let session = gate.engine().device_session_to_renew(token, &at).await.map_err(of_refresh)?;
    allowed(gate, &parts, &session.who)?;
    gate.engine().renew_device_session(token, &at).await.map_err(of_refresh)
}
