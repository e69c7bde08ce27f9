//! What levers answer: JSON, or one sentence that says what to do.

use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cartola_model::AccountNumber;
use serde::Serialize;
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use crate::account::Account;
use crate::door::json;
use crate::sandbox::{MAX_BODY_BYTES, Sandbox};
use crate::world::{ActError, ClockError, LogError};

/// The body of every refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Mistake {
    /// One sentence that says what to do.
    error: String,
}

/// A lever that was not pulled.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    error: String,
}

impl Refusal {
    pub(crate) fn wrong(error: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: error.into() }
    }

    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self { status: StatusCode::CONFLICT, error: error.into() }
    }

    pub(crate) fn unknown(error: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, error: error.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        json(self.status, &Mistake { error: self.error })
    }
}

impl From<LogError> for Refusal {
    fn from(error: LogError) -> Self {
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, error: error.to_string() }
    }
}

impl From<ActError> for Refusal {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Log(error) => error.into(),
            ActError::UnknownAccount | ActError::UnknownMovement => {
                Self::unknown(error.to_string())
            }
            _ => Self::wrong(error.to_string()),
        }
    }
}

impl From<ClockError> for Refusal {
    fn from(error: ClockError) -> Self {
        match error {
            ClockError::Log(error) => error.into(),
            ClockError::Range => Self::wrong(error.to_string()),
        }
    }
}

/// A JSON body, of whatever content type: levers are pulled by hand.
pub(crate) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequest<Sandbox> for Asked<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _sandbox: &Sandbox) -> Result<Self, Refusal> {
        let body = axum::body::to_bytes(request.into_body(), MAX_BODY_BYTES)
            .await
            .map_err(|_| Refusal::wrong("send at most 64 KiB of JSON"))?;
        serde_json::from_slice(&body)
            .map(Self)
            .map_err(|error| Refusal::wrong(format!("the body has another form: {error}")))
    }
}

/// The account of a number in a path or body.
pub(crate) fn account(sandbox: &Sandbox, number: &str) -> Result<Account, Refusal> {
    let number = AccountNumber::parse(number).map_err(|error| Refusal::wrong(error.to_string()))?;
    let found = sandbox.world().find(&number);
    found.ok_or_else(|| ActError::UnknownAccount.into())
}
