//! Why a call to an institution came to nothing, and what to do about it.

use std::borrow::Cow;
use std::time::Duration;

use cartola_model::Failure;

use crate::Product;

/// The class of what went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The institution refused the credentials.
    CredentialsInvalid,
    /// The institution takes no credentials of this customer for now.
    CredentialsLocked,
    /// The institution wants a second factor.
    ChallengeRequired,
    /// The session ended at the institution and could not be renewed.
    SessionEnded,
    /// The institution cannot be reached or fails.
    InstitutionDown,
    /// The customer has no such account or product.
    NoSuchProduct,
    /// What was asked is wrong.
    RequestInvalid,
    /// No answer in time.
    Timeout,
    /// The answer cannot be understood.
    AnswerInvalid,
    /// Too many calls.
    RateLimited,
    /// No connector of this build does it.
    Unsupported,
    /// A fault of ours.
    Internal,
}

impl ErrorKind {
    /// The stable name, for logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CredentialsInvalid => "credentials_invalid",
            Self::CredentialsLocked => "credentials_locked",
            Self::ChallengeRequired => "challenge_required",
            Self::SessionEnded => "session_ended",
            Self::InstitutionDown => "institution_down",
            Self::NoSuchProduct => "no_such_product",
            Self::RequestInvalid => "request_invalid",
            Self::Timeout => "timeout",
            Self::AnswerInvalid => "provider_answer_invalid",
            Self::RateLimited => "rate_limited",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
        }
    }

    /// What it is in the taxonomy that facades map from. An institution that breaks off a session
    /// is down as far as anybody outside can tell; a product that the customer does not have is a
    /// question that was answered.
    pub const fn failure(self) -> Failure {
        match self {
            Self::CredentialsInvalid => Failure::CredentialsInvalid,
            Self::CredentialsLocked => Failure::CredentialsLocked,
            Self::ChallengeRequired => Failure::ChallengeRequired,
            Self::SessionEnded | Self::InstitutionDown => Failure::InstitutionDown,
            Self::NoSuchProduct => Failure::NoData,
            Self::RequestInvalid => Failure::RequestInvalid,
            Self::Timeout => Failure::Timeout,
            Self::AnswerInvalid => Failure::ProviderAnswerInvalid,
            Self::RateLimited => Failure::RateLimited,
            Self::Unsupported => Failure::Unsupported,
            Self::Internal => Failure::Internal,
        }
    }

    /// The advice that goes with the kind where the institution gave none.
    const fn usual_advice(self) -> RetryAdvice {
        match self {
            Self::CredentialsInvalid => RetryAdvice::WithNewCredentials,
            Self::SessionEnded => RetryAdvice::WithNewSession,
            Self::InstitutionDown | Self::Timeout => RetryAdvice::After(Duration::ZERO),
            Self::AnswerInvalid | Self::RateLimited => RetryAdvice::After(USUAL_WAIT),
            Self::CredentialsLocked
            | Self::ChallengeRequired
            | Self::NoSuchProduct
            | Self::RequestInvalid
            | Self::Unsupported
            | Self::Internal => RetryAdvice::Never,
        }
    }
}

/// How long to wait with an institution that says nonsense, or that says "too often" without
/// saying for how long.
pub const USUAL_WAIT: Duration = Duration::from_mins(1);

/// Whether asking again may help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetryAdvice {
    /// It would be refused again.
    Never,
    /// The same call after this long; zero is as soon as one likes.
    After(Duration),
    /// With other credentials: these must not be tried again.
    WithNewCredentials,
    /// In a session opened anew.
    WithNewSession,
}

/// A call that came to nothing. Its text is ours alone: it quotes nothing of a request or an
/// answer, so it may be logged.
#[derive(Debug, thiserror::Error)]
#[error("{operation}: {reason}")]
pub struct ConnectorError {
    /// The class.
    pub kind: ErrorKind,
    /// Whether asking again may help.
    pub retry: RetryAdvice,
    /// Whether the institution certainly never saw the request, in any of the attempts at it.
    pub unsent: bool,
    /// What was being done, such as `statement`.
    pub operation: &'static str,
    /// Why, one sentence in English.
    pub reason: Cow<'static, str>,
}

impl ConnectorError {
    /// The institution has no such product for anybody.
    pub fn not_offered(product: Product) -> Self {
        let reason = format!("the institution offers no {product:?}");
        Self::new(ErrorKind::Unsupported, "read", reason)
    }

    /// A failure with the advice that is usual for its kind.
    pub fn new(
        kind: ErrorKind,
        operation: &'static str,
        reason: impl Into<Cow<'static, str>>,
    ) -> Self {
        let retry = kind.usual_advice();
        Self { kind, retry, unsent: false, operation, reason: reason.into() }
    }

    /// With what the institution advises.
    #[must_use]
    pub fn advising(mut self, retry: RetryAdvice) -> Self {
        self.retry = retry;
        self
    }

    /// For a request that never left.
    #[must_use]
    pub fn before_sending(mut self) -> Self {
        self.unsent = true;
        self
    }
}
