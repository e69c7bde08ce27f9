//! How a call is refused: `{"error": word}` under its status.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::door::{self, json};
use crate::world::{LogError, TransferError};

/// A refusal.
#[derive(Debug)]
pub(crate) enum Refused {
    /// In a word of the protocol.
    Word(StatusCode, &'static str),
    /// In the way that all protocols of the box share: somebody's bank is down.
    Door(door::Refusal),
}

#[derive(Serialize)]
struct Body {
    error: &'static str,
}

impl Refused {
    pub(crate) const fn invalid() -> Self {
        Self::Word(StatusCode::BAD_REQUEST, "invalid_request")
    }

    pub(crate) const fn token() -> Self {
        Self::Word(StatusCode::UNAUTHORIZED, "invalid_token")
    }

    pub(crate) const fn client() -> Self {
        Self::Word(StatusCode::UNAUTHORIZED, "invalid_client")
    }

    pub(crate) const fn unknown() -> Self {
        Self::Word(StatusCode::NOT_FOUND, "not_found")
    }
}

impl From<door::Refusal> for Refused {
    fn from(refusal: door::Refusal) -> Self {
        Self::Door(refusal)
    }
}

impl From<LogError> for Refused {
    fn from(error: LogError) -> Self {
        Self::Door(error.into())
    }
}

impl From<TransferError> for Refused {
    fn from(error: TransferError) -> Self {
        match error {
            TransferError::Unknown => Self::unknown(),
            TransferError::Conflict => {
                Self::Word(StatusCode::UNPROCESSABLE_ENTITY, "idempotency_key_reused")
            }
            TransferError::NotAsked => Self::invalid(),
            TransferError::Log(error) => error.into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Word(status, error) => json(status, &Body { error }),
            Self::Door(refusal) => {
                let plain = refusal.into_response();
                let error = match plain.status() {
                    StatusCode::TOO_MANY_REQUESTS => "rate_limit_exceeded",
                    StatusCode::SERVICE_UNAVAILABLE => "temporarily_unavailable",
                    _ => "server_error",
                };
                let mut response = json(plain.status(), &Body { error });
                if let Some(seconds) = plain.headers().get(RETRY_AFTER) {
                    response.headers_mut().insert(RETRY_AFTER, seconds.clone());
                }
                response
            }
        }
    }
}
