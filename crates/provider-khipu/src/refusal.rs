//! Every way of not being served, in Khipu's words.
//!
//! The classes of codes are the document's; the numbers within a class and the values of `Type`
//! are ours, as it lists neither (`docs/khipu.md`).

use std::borrow::Cow;

use cartola_model::Failure;

use crate::path::UnknownPath;
use crate::request::RequestError;
use crate::wire::{Envelope, Error, ErrorType};

/// The status of a bank's refusal: the call itself went well.
const SERVED: u16 = 200;

/// A refusal on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// A letter for the class, three digits for the case.
    pub code: &'static str,
    /// What to do about it.
    pub kind: ErrorType,
    /// One sentence that quotes nothing that was sent.
    pub description: Cow<'static, str>,
}

impl Refusal {
    /// The body of the answer to that operation.
    pub fn envelope<Data>(&self, operation_id: String) -> Envelope<Data> {
        let Self { code, kind, description, .. } = self;
        let (code, description) = ((*code).to_owned(), description.clone().into_owned());
        Envelope::refused(operation_id, Error { code, kind: *kind, description })
    }

    /// What came of asking a bank. Its limits are not the caller's.
    #[cfg(feature = "server")]
    pub(crate) fn of_bank(failure: Failure) -> Self {
        let of = |code, kind, text| Self::new(SERVED, code, kind, text);
        match failure {
            Failure::RateLimited => {
                of("E201", ErrorType::Wait, "The bank takes no more calls for now")
            }
            Failure::Unsupported => {
                of("E202", ErrorType::ContactSupport, "This gateway does not ask this bank")
            }
            other => other.into(),
        }
    }

    /// The token is good, and its client may not do this.
    #[cfg(feature = "server")]
    pub(crate) fn of_scope(scope: &str) -> Self {
        let description = format!("The token's client lacks the scope `{scope}`").into();
        Self { description, ..Failure::GatewayAuth.into() }
    }

    /// We failed, or are too busy.
    #[cfg(feature = "server")]
    pub(crate) fn of_ours(failure: Failure) -> Self {
        match failure {
            Failure::RateLimited => failure.into(),
            _ => Failure::Internal.into(),
        }
    }

    /// The request is wrong, and only another one will do.
    #[cfg(feature = "server")]
    pub(crate) const fn of_request(status: u16, code: &'static str, text: &'static str) -> Self {
        Self::new(status, code, ErrorType::FixRequest, text)
    }

    const fn new(status: u16, code: &'static str, kind: ErrorType, text: &'static str) -> Self {
        Self { status, code, kind, description: Cow::Borrowed(text) }
    }
}

/// Every class of the taxonomy that all facades share.
impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        use ErrorType::{ContactSupport, FixCredentials, FixRequest, Retry, Wait};
        let (status, code, kind, text) = match failure {
            Failure::GatewayAuth => {
                (401, "A000", FixCredentials, "The token is missing, invalid, expired or revoked")
            }
            Failure::CredentialsInvalid => {
                (SERVED, "E100", FixCredentials, "The bank refused the user or the password")
            }
            Failure::CredentialsLocked => {
                (SERVED, "E101", Wait, "Too many wrong passwords: the user is locked for a time")
            }
            Failure::ChallengeRequired => {
                (SERVED, "D000", FixCredentials, "The bank asks for a second factor to go on")
            }
            Failure::ChallengeRejected => {
                (SERVED, "E102", FixCredentials, "The bank refused the second factor")
            }
            Failure::ChallengeExpired => (SERVED, "E103", Retry, "The second factor came too late"),
            Failure::ConsentMissing => {
                (SERVED, "E104", FixCredentials, "The customer has not allowed this")
            }
            Failure::ConsentExpired => {
                (SERVED, "E105", FixCredentials, "What the customer allowed has run out")
            }
            Failure::ConsentRevoked => {
                (SERVED, "E106", FixCredentials, "The customer has withdrawn what was allowed")
            }
            Failure::InstitutionDown => (SERVED, "E200", Retry, "The bank does not answer"),
            Failure::NoData => {
                (SERVED, "E300", FixRequest, "The customer does not have this product")
            }
            Failure::Unsupported => {
                (SERVED, "E301", FixRequest, "The bank does not offer this for this product")
            }
            Failure::LimitExceeded => {
                (SERVED, "E405", FixRequest, "The request asks for more than is given at once")
            }
            Failure::InsufficientFunds => {
                (SERVED, "E500", FixRequest, "The account does not hold enough money")
            }
            Failure::ProviderAnswerInvalid => {
                (SERVED, "F000", ContactSupport, "The bank's answer could not be understood")
            }
            Failure::Timeout => (SERVED, "T000", Retry, "The bank took too long"),
            Failure::RequestInvalid => (400, "P003", FixRequest, "The request is wrong"),
            Failure::RateLimited => (429, "I002", Wait, "Too many requests"),
            Failure::Internal => (500, "I001", ContactSupport, "The gateway failed"),
        };
        Self::new(status, code, kind, text)
    }
}

impl From<&RequestError> for Refusal {
    fn from(error: &RequestError) -> Self {
        let (status, code) = match error {
            RequestError::ContentType
            | RequestError::TooLarge
            | RequestError::Encoding
            | RequestError::Syntax { .. }
            | RequestError::TooDeep
            | RequestError::NotAnObject => (400, "P001"),
            RequestError::Missing { .. } => (400, "P002"),
            RequestError::Shape { .. } | RequestError::Value { .. } => (400, "P003"),
            RequestError::Day { .. } | RequestError::Month { .. } => (SERVED, "E400"),
            RequestError::Reversed | RequestError::TooLong => (SERVED, "E401"),
            RequestError::Currency => (SERVED, "E402"),
            RequestError::UnknownAccount => (SERVED, "E403"),
            RequestError::AmbiguousAccount => (SERVED, "E404"),
        };
        Self { status, code, kind: ErrorType::FixRequest, description: error.to_string().into() }
    }
}

impl From<UnknownPath> for Refusal {
    fn from(error: UnknownPath) -> Self {
        let description = error.to_string().into();
        Self { status: 404, code: "P003", kind: ErrorType::FixRequest, description }
    }
}
