//! What a refused call answers.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a call was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// 400: a field is missing or wrong.
    InvalidRequest,
    /// 401: user name or password is wrong.
    InvalidCredentials,
    /// 401: the token is unknown, expired, or another institution's, or its session has ended.
    InvalidToken,
    /// 404: this person has no such product here.
    ProductNotFound,
    /// 423: too many wrong passwords.
    CredentialsLocked,
    /// 429: too many calls. `retry_after` always.
    RateLimited,
    /// 500: the institution failed.
    InternalError,
    /// 503: the institution is closed for now. `retry_after` where it knows.
    Unavailable,
    /// A code of a later version.
    #[serde(other)]
    Other,
}

impl ErrorCode {
    /// The HTTP status it comes with. A code that is not known is taken for the institution's own
    /// fault.
    pub const fn status(self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidCredentials | Self::InvalidToken => 401,
            Self::ProductNotFound => 404,
            Self::CredentialsLocked => 423,
            Self::RateLimited => 429,
            Self::InternalError | Self::Other => 500,
            Self::Unavailable => 503,
        }
    }
}

/// The body of every answer that is no success. `Debug` leaves the message out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// Why.
    pub code: ErrorCode,
    /// One sentence in Spanish for people. Never to be branched on.
    pub message: String,
    /// Seconds after which the same call may succeed; `Retry-After` says the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl fmt::Debug for ErrorBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ErrorBody")
            .field("code", &self.code)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}
