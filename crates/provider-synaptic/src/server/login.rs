//! `POST /synaptic/api/v1/auth/login`, `POST /synaptic/api/v1/auth/is-token-valid`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Gate, answer};
use serde::Serialize;
use utoipa::ToSchema;

use super::AUDIENCE;
use super::caller::{WithKey, WithSession};
use super::refused::{Message, Refused};

/// A session.
#[derive(Serialize, ToSchema)]
pub struct Login<'a> {
    /// A JWT signed by HS256, taken for one hour and not renewed.
    token: &'a str,
}

/// Get a session token
#[utoipa::path(
    post, path = "/api/v1/auth/login", operation_id = "login", tag = "token",
    responses(
        (status = 200, description = "A session of one hour", body = Login),
        (status = 401, description = "The API key is missing, unknown or withdrawn", body = Message),
    ),
    security(("apiKey" = [])),
)]
pub async fn login(State(gate): State<Gate>, caller: WithKey) -> Result<Response, Refused> {
    let token = gate.engine().open_session(&caller.0, AUDIENCE);
    let token = token.ok_or_else(|| Refused::caller("the API key is unknown or withdrawn"))?;
    Ok(answer::json(StatusCode::OK, &Login { token: token.expose() }))
}

/// Check a session token
#[utoipa::path(
    post, path = "/api/v1/auth/is-token-valid", operation_id = "is_token_valid", tag = "token",
    responses(
        (status = 200, description = "`Jwt is valid`", body = Message),
        (status = 401, description = "`Jwt is expired` or `Jwt is invalid`", body = Message),
    ),
    security(("sessionToken" = [])),
)]
pub async fn is_token_valid(_caller: WithSession) -> Response {
    answer::json(StatusCode::OK, &Message { message: "Jwt is valid" })
}
