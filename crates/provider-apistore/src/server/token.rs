//! `POST /apistore/oauth/token` (RFC 6749, §4.4).

use axum::extract::{Request, State};
use axum::response::Response;
use cartola_http::Gate;
use cartola_http::oauth::{self, AskedFor, Granted, Terms};

use super::AUDIENCE;
use super::refused::Told;

/// The document prints `{"error": "invalid_client"}` and nothing beside it.
const TERMS: Terms =
    Terms { audience: AUDIENCE, challenge: r#"Basic realm="apistore""#, bare_invalid_client: true };

/// Get a token
///
/// By client credentials, as form fields or HTTP Basic.
#[utoipa::path(
    post, path = "/oauth/token", operation_id = "access_token", tag = "oauth",
    request_body(content = AskedFor, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A bearer token", body = Granted),
        (status = 400, description = "`invalid_request`, `unsupported_grant_type`", body = Told),
        (status = 401, description = "`invalid_client`, without a description", body = Told),
        (status = 429, description = "`temporarily_unavailable`", body = Told),
        (status = 500, description = "`server_error`", body = Told),
        (status = 503, description = "`temporarily_unavailable`", body = Told),
    ),
)]
pub async fn token(State(gate): State<Gate>, request: Request) -> Response {
    oauth::token(&gate, &TERMS, request).await
}
