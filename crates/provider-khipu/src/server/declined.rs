//! Why a call is not served: told to the caller, or a failure of ours that is tried again.

use cartola_engine::EngineError;
use cartola_engine::imports::ImportError;
use cartola_engine::links::LinkError;
use cartola_engine::tokens::TokenRefusal;
use cartola_model::Failure;
use cartola_primitives::Timestamp;

use crate::path::UnknownPath;
use crate::{Refusal, RequestError};

pub enum Declined {
    /// It is refused.
    Refused(Refusal),
    /// It is refused until then.
    Until(Refusal, Timestamp),
    /// We failed.
    Failed(EngineError),
}

impl Declined {
    /// A member names something that is not there.
    pub fn value(member: &'static str, problem: &dyn std::fmt::Display) -> Self {
        RequestError::value(member, problem).into()
    }
}

impl From<Refusal> for Declined {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Failure> for Declined {
    fn from(failure: Failure) -> Self {
        Self::Refused(failure.into())
    }
}

impl From<RequestError> for Declined {
    fn from(error: RequestError) -> Self {
        Self::Refused(Refusal::from(&error))
    }
}

impl From<UnknownPath> for Declined {
    fn from(error: UnknownPath) -> Self {
        Self::Refused(error.into())
    }
}

impl From<EngineError> for Declined {
    fn from(error: EngineError) -> Self {
        Self::Failed(error)
    }
}

impl From<LinkError> for Declined {
    fn from(error: LinkError) -> Self {
        let failure = error.failure();
        match error {
            LinkError::Engine(error) | LinkError::Answer(ImportError::Engine(error)) => {
                Self::Failed(error)
            }
            LinkError::Barred { until }
            | LinkError::QuotaUsed { until }
            | LinkError::Locked { until } => Self::Until(Refusal::of_bank(failure), until),
            // All that is checked before the bank is asked is whether it could take the password.
            LinkError::Institution(_) if failure == Failure::RequestInvalid => {
                Self::value("Password", &"this bank takes none of this form")
            }
            _ => Refusal::of_bank(failure).into(),
        }
    }
}

impl From<TokenRefusal> for Declined {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Engine(error) => Self::Failed(error),
            TokenRefusal::Token(_) | TokenRefusal::Client => Failure::GatewayAuth.into(),
        }
    }
}
