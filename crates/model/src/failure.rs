//! The one taxonomy of failure. Each facade maps it, exhaustively and in one place, to its
//! provider's words.

use serde::{Deserialize, Serialize};

/// Why a request was not served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

impl Failure {
    /// Every class.
    pub const ALL: [Self; 19] = [
        Self::GatewayAuth,
        Self::CredentialsInvalid,
        Self::CredentialsLocked,
        Self::ChallengeRequired,
        Self::ChallengeRejected,
        Self::ChallengeExpired,
        Self::InstitutionDown,
        Self::NoData,
        Self::RequestInvalid,
        Self::Timeout,
        Self::ProviderAnswerInvalid,
        Self::RateLimited,
        Self::LimitExceeded,
        Self::InsufficientFunds,
        Self::ConsentMissing,
        Self::ConsentExpired,
        Self::ConsentRevoked,
        Self::Unsupported,
        Self::Internal,
    ];

    /// The stable name, which is its form on the wire too.
    pub const fn name(self) -> &'static str {
        match self {
            Self::GatewayAuth => "gateway_auth",
            Self::CredentialsInvalid => "credentials_invalid",
            Self::CredentialsLocked => "credentials_locked",
            Self::ChallengeRequired => "challenge_required",
            Self::ChallengeRejected => "challenge_rejected",
            Self::ChallengeExpired => "challenge_expired",
            Self::InstitutionDown => "institution_down",
            Self::NoData => "no_data",
            Self::RequestInvalid => "request_invalid",
            Self::Timeout => "timeout",
            Self::ProviderAnswerInvalid => "provider_answer_invalid",
            Self::RateLimited => "rate_limited",
            Self::LimitExceeded => "limit_exceeded",
            Self::InsufficientFunds => "insufficient_funds",
            Self::ConsentMissing => "consent_missing",
            Self::ConsentExpired => "consent_expired",
            Self::ConsentRevoked => "consent_revoked",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
        }
    }

    /// The class of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn a_failure_is_told_by_its_name_and_nothing_else_is() {
        for failure in Failure::ALL {
            assert_eq!(Failure::parse(failure.name()), Some(failure));
            let wire = serde_json::to_string(&failure).expect("a word");
            assert_eq!(wire, format!("\"{}\"", failure.name()));
        }
        assert_eq!(Failure::parse("Timeout"), None);
    }
}
