//! What a refused call answers.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::code::words;

words! {
    /// Why a call was refused. The document has no list; this is the one that both sides keep to.
    ErrorCode {
        /// A field is missing or wrong; `message` says which.
        InvalidRequest = "INVALID_REQUEST",
        /// RUT, password or MI PIN is wrong.
        InvalidCredentials = "INVALID_CREDENTIALS",
        /// The access token is unknown, expired, or its session has ended.
        InvalidToken = "INVALID_TOKEN",
        /// The refresh token is unknown, used or expired.
        InvalidRefreshToken = "INVALID_REFRESH_TOKEN",
        /// The session was opened by another device, or `X-Device-Id` is missing.
        DeviceMismatch = "DEVICE_MISMATCH",
        /// The call wants a Mi Pass approval first.
        MiPassRequired = "MI_PASS_REQUIRED",
        /// The customer has no such account.
        AccountNotFound = "ACCOUNT_NOT_FOUND",
        /// The customer has no such product.
        ProductNotFound = "PRODUCT_NOT_FOUND",
        /// The customer has told the bank of no such transfer.
        TransferNotFound = "TRANSFER_NOT_FOUND",
        /// Another transfer of the customer has that id.
        TransferConflict = "TRANSFER_CONFLICT",
        /// The customer has told the bank of no such operation.
        OperationNotFound = "OPERATION_NOT_FOUND",
        /// Another operation of the customer has that id.
        OperationConflict = "OPERATION_CONFLICT",
        /// The caller is no client of the server.
        InvalidClient = "INVALID_CLIENT",
        /// The caller is one that may not do this.
        InsufficientScope = "INSUFFICIENT_SCOPE",
        /// There is no such path.
        PathNotFound = "NOT_FOUND",
        /// The path takes another method.
        MethodNotAllowed = "METHOD_NOT_ALLOWED",
        /// What the customer allowed has run out or was withdrawn.
        ConsentRequired = "CONSENT_REQUIRED",
        /// What proves that the customer wants it was refused.
        ChallengeRejected = "CHALLENGE_REJECTED",
        /// It came too late.
        ChallengeExpired = "CHALLENGE_EXPIRED",
        /// There is no such enrolment or authorization.
        AuthorizationNotFound = "AUTHORIZATION_NOT_FOUND",
        /// It has been decided, used or ended.
        AuthorizationConflict = "AUTHORIZATION_CONFLICT",
        /// A limit of size or amount.
        LimitExceeded = "LIMIT_EXCEEDED",
        /// Not enough money.
        InsufficientFunds = "INSUFFICIENT_FUNDS",
        /// The bank does not offer this.
        Unsupported = "UNSUPPORTED",
        /// The bank's answer makes no sense.
        BankAnswerInvalid = "BANK_ANSWER_INVALID",
        /// The bank did not answer in time.
        Timeout = "TIMEOUT",
        /// Too many wrong credentials. `retry_after` where the lock ends by itself.
        CredentialsLocked = "CREDENTIALS_LOCKED",
        /// Too many calls. `retry_after` always.
        RateLimited = "RATE_LIMITED",
        /// The bank failed.
        InternalError = "INTERNAL_ERROR",
        /// The bank is closed for now. `retry_after` where it knows.
        Unavailable = "UNAVAILABLE",
    }
}

impl ErrorCode {
    /// The HTTP status it comes with. A code that is not known is taken for the bank's own fault.
    pub const fn status(&self) -> u16 {
        match self {
            Self::InvalidRequest => 400,
            Self::InvalidClient
            | Self::InvalidCredentials
            | Self::InvalidToken
            | Self::InvalidRefreshToken => 401,
            Self::ChallengeExpired
            | Self::ChallengeRejected
            | Self::ConsentRequired
            | Self::DeviceMismatch
            | Self::InsufficientScope
            | Self::MiPassRequired => 403,
            Self::AccountNotFound
            | Self::AuthorizationNotFound
            | Self::OperationNotFound
            | Self::PathNotFound
            | Self::ProductNotFound
            | Self::TransferNotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::AuthorizationConflict | Self::OperationConflict | Self::TransferConflict => 409,
            Self::InsufficientFunds | Self::LimitExceeded | Self::Unsupported => 422,
            Self::CredentialsLocked => 423,
            Self::RateLimited => 429,
            Self::InternalError | Self::Other(_) => 500,
            Self::BankAnswerInvalid => 502,
            Self::Unavailable => 503,
            Self::Timeout => 504,
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
