//! The one taxonomy of failure. Each facade maps it, exhaustively and in one place, to its
//! provider's words.

use serde::Serialize;

/// Why a request was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The caller's own key or token is missing, unknown, revoked or too weak.
    GatewayAuth,
    /// The institution refused the credentials.
    CredentialsInvalid,
    /// Too many wrong credentials; nobody is asked until the lock ends.
    CredentialsLocked,
    /// The institution wants a second factor.
    ChallengeRequired,
    /// The second factor was refused.
    ChallengeRejected,
    /// The second factor came too late.
    ChallengeExpired,
    /// The institution does not answer.
    InstitutionDown,
    /// Asked and answered: there is nothing.
    NoData,
    /// The request is wrong; repeating it changes nothing.
    RequestInvalid,
    /// No answer in time.
    Timeout,
    /// The institution's answer, or a statement file, cannot be understood.
    ProviderAnswerInvalid,
    /// Too many requests.
    RateLimited,
    /// A limit of size or amount.
    LimitExceeded,
    /// Not enough money.
    InsufficientFunds,
    /// Nobody has allowed this.
    ConsentMissing,
    /// It was allowed until a moment that has passed.
    ConsentExpired,
    /// It was allowed and withdrawn.
    ConsentRevoked,
    /// The institution or product does not do this.
    Unsupported,
    /// Ours.
    Internal,
}
