//! `POST /floid/api/pis/{transfer,transfer_approval,transfer_approval_optional}`: payments, on the
//! engine's.
//!
//! A call waits until the bank asks the customer for something, has decided, or says that it needs
//! time. The last word is posted by what follows the payment's end ([`super::last_word`]).

pub mod approval;
mod standing;
pub mod transfer;

use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::EngineError;
use cartola_engine::once::RecordedAnswer;
use cartola_http::answer;

use super::refused::Refused;
use crate::given::Mistake;
use crate::wire::{TransferAnswer, TransferMessage};

/// Why nothing is told of a payment.
enum Declined {
    /// The document has words for it.
    Message(TransferMessage),
    /// It has none.
    Refused(Refused),
}

impl From<Refused> for Declined {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Mistake> for Declined {
    fn from(mistake: Mistake) -> Self {
        Self::Refused(mistake.into())
    }
}

impl From<EngineError> for Declined {
    fn from(error: EngineError) -> Self {
        Self::Refused(error.into())
    }
}

/// What a caller is told.
fn told(outcome: Result<RecordedAnswer, Declined>) -> Result<Response, Refused> {
    match outcome {
        Ok(recorded) => Ok(answer::fresh(recorded)),
        Err(Declined::Message(message)) => {
            Ok(answer::json(StatusCode::OK, &TransferAnswer::plain(false, message)))
        }
        Err(Declined::Refused(refused)) => Err(refused),
    }
}
