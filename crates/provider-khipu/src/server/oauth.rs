//! `POST /khipu/oauth/token` (RFC 6749, §4.4) and the keys that check its tokens.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::oauth::{self, AskedFor, Denied, Granted, Terms};
use cartola_http::{Gate, answer};

use super::AUDIENCE;
use super::said;

const TERMS: Terms =
    Terms { audience: AUDIENCE, challenge: r#"Basic realm="khipu""#, bare_invalid_client: false };

/// Get a token
///
/// By client credentials, as form fields or HTTP Basic.
#[utoipa::path(
    post, path = "/oauth/token", operation_id = "access_token", tag = "oauth",
    request_body(content = AskedFor, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A bearer token", body = Granted),
        (status = 400, description = "`invalid_request`, `unsupported_grant_type`", body = Denied),
        (status = 401, description = "`invalid_client`", body = Denied),
        (status = 429, description = "`temporarily_unavailable`", body = Denied),
        (status = 500, description = "`server_error`", body = Denied),
        (status = 503, description = "`temporarily_unavailable`", body = Denied),
    ),
)]
pub async fn token(State(gate): State<Gate>, request: Request) -> Response {
    oauth::token(&gate, &TERMS, request).await
}

/// Public keys
///
/// They check the signatures of this facade's tokens (RFC 7517).
#[utoipa::path(
    get, path = "/.well-known/jwks.json", operation_id = "jwks", tag = "oauth",
    responses((status = 200, description = "The keys", body = Object)),
)]
pub async fn jwks(State(gate): State<Gate>) -> Response {
    match gate.engine().jwks().await {
        Ok(keys) => answer::json(StatusCode::OK, &keys),
        Err(error) => {
            let engine = gate.engine();
            said::declined(&said::new_operation(engine), error.into(), engine.now()).0
        }
    }
}
