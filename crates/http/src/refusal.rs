//! How what the engine says becomes an answer: exhaustively, and here alone.

mod authorization;
mod instruction;

use std::error::Error as _;

use axum::response::{IntoResponse, Response};
use cartola_engine::EngineError;
use cartola_engine::consents::RevokeError;
use cartola_engine::imports::ImportError;
use cartola_engine::messages::ReplayError;
use cartola_engine::movements::SplitError;
use cartola_engine::once::{OnceError, RecordedAnswer};
use cartola_engine::payments::{
    AnswerError, CancelPaymentError, MAX_COMMENT, MAX_PESOS, MIN_PESOS, PaymentError,
};
use cartola_engine::readings::CancelError;
use cartola_engine::rows::{DecodeError, DecodeErrorKind, StoreError, StoreErrorKind};
use cartola_engine::tenants::TenantError;

use crate::answer;
use crate::problem::{Code, Problem, Text};

/// Why a handler did not do what was asked.
#[derive(Debug)]
pub enum Refusal {
    /// It was done before under the same idempotency key; this is the answer that it got.
    Answered(RecordedAnswer),
    /// It is refused.
    Problem(Problem),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Answered(recorded) => answer::replayed(recorded),
            Self::Problem(problem) => problem.into_response(),
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        let cause = causes(&error);
        let code = match error {
            EngineError::Answered(recorded) => return Self::Answered(recorded),
            EngineError::OtherRequest => Code::IdempotencyKeyReused,
            EngineError::Contended | EngineError::Crowded => Code::Busy,
            EngineError::Interrupted => Code::Interrupted,
            EngineError::Store(error) => match error.kind {
                StoreErrorKind::Busy => Code::Busy,
                StoreErrorKind::Full => Code::StorageFull,
                StoreErrorKind::Unavailable => Code::NotReady,
                StoreErrorKind::Conflict
                | StoreErrorKind::Corrupt
                | StoreErrorKind::TooNew
                | StoreErrorKind::Unfinished
                | StoreErrorKind::Misuse => Code::Internal,
            },
            EngineError::Crypto(_) | EngineError::Content(_) => Code::Internal,
        };
        let problem = Problem::new(code);
        Self::Problem(if problem.status().is_server_error() {
            problem.caused_by(cause)
        } else {
            problem
        })
    }
}

impl From<OnceError> for Refusal {
    fn from(error: OnceError) -> Self {
        match error {
            OnceError::Key => Problem::new(Code::IdempotencyKeyInvalid).into(),
            OnceError::OtherRequest => Problem::new(Code::IdempotencyKeyReused).into(),
            OnceError::Answered(recorded) => Self::Answered(recorded),
            OnceError::Engine(error) => error.into(),
        }
    }
}

impl From<ImportError> for Refusal {
    fn from(error: ImportError) -> Self {
        match error {
            ImportError::Refused(error) => refused(error).into(),
            ImportError::TooLarge => Problem::new(Code::BodyTooLarge).into(),
            ImportError::AccountUnknown => Problem::not_found("account").into(),
            ImportError::InstitutionUnknown => Problem::not_found("institution").into(),
            ImportError::AccountUnclear(_) => file_problem(Code::AccountUnclear, &error).into(),
            ImportError::AccountMismatch(_) => file_problem(Code::AccountMismatch, &error).into(),
            ImportError::Shape(_) => file_problem(Code::FileShape, &error).into(),
            ImportError::Engine(error) => of_write(error),
        }
    }
}

impl From<RevokeError> for Refusal {
    fn from(error: RevokeError) -> Self {
        match error {
            RevokeError::Unknown => Problem::not_found("consent").into(),
            RevokeError::Transition(_) => Problem::new(Code::ConsentEnded).into(),
            RevokeError::Engine(error) => of_write(error),
        }
    }
}

impl From<CancelError> for Refusal {
    fn from(error: CancelError) -> Self {
        match error {
            CancelError::Unknown => Problem::not_found("reading").into(),
            CancelError::Ended => Problem::new(Code::ReadingEnded).into(),
            CancelError::Engine(error) => of_write(error),
        }
    }
}

impl From<ReplayError> for Refusal {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Unknown => Problem::not_found("message").into(),
            ReplayError::NotDead => Problem::new(Code::MessageNotDead).into(),
            ReplayError::Disabled => Problem::new(Code::EndpointDisabled).into(),
            ReplayError::Engine(error) => of_write(error),
        }
    }
}

impl From<SplitError> for Refusal {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::Unknown => Problem::not_found("movement").into(),
            SplitError::UnknownSource => Problem::not_found("source").into(),
            SplitError::OnlySource => Problem::new(Code::SplitOnlySource).into(),
            SplitError::Engine(error) => of_write(error),
        }
    }
}

impl From<PaymentError> for Refusal {
    fn from(error: PaymentError) -> Self {
        let error = match error {
            PaymentError::Leave(error) => return error.into(),
            error => error,
        };
        let code = match &error {
            PaymentError::OtherRequest => Code::IdempotencyKeyReused,
            PaymentError::Case => Code::IdempotencyKeyInvalid,
            PaymentError::NoMerchant => Code::PaymentUnconfigured,
            PaymentError::TooLittle
            | PaymentError::TooMuch
            | PaymentError::NotPesos
            | PaymentError::NoBank
            | PaymentError::Comment
            | PaymentError::Link(_) => Code::PaymentInvalid,
            PaymentError::Leave(_) | PaymentError::Engine(_) => Code::Internal,
        };
        if let PaymentError::Engine(error) = error {
            return of_write(error);
        }
        let es = match error {
            PaymentError::TooLittle => format!("El monto mínimo es de {MIN_PESOS} pesos."),
            PaymentError::TooMuch => format!("El monto máximo es de {MAX_PESOS} pesos."),
            PaymentError::NotPesos => "Los pagos son en CLP.".to_owned(),
            PaymentError::NoBank => "La institución no es un banco.".to_owned(),
            PaymentError::Comment => {
                format!("Un comentario tiene a lo más {MAX_COMMENT} caracteres.")
            }
            PaymentError::OtherRequest => {
                "La clave ya es de otro pago, y vale mientras ese pago se conserve.".to_owned()
            }
            _ => code.entry().meaning.es.clone().into_owned(),
        };
        Problem::new(code).detailed(Text::new(format!("{error}."), es)).into()
    }
}

impl From<AnswerError> for Refusal {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::UnknownPage | AnswerError::ExpiredPage => {
                Problem::new(Code::PaymentPageEnded).into()
            }
            AnswerError::Unsuitable => Problem::new(Code::PaymentAnswerInvalid).into(),
            AnswerError::Engine(error) => of_write(error),
        }
    }
}

impl From<CancelPaymentError> for Refusal {
    fn from(error: CancelPaymentError) -> Self {
        match error {
            CancelPaymentError::Unknown => Problem::not_found("payment").into(),
            CancelPaymentError::NotNow => Problem::new(Code::PaymentNotCancellable).into(),
            CancelPaymentError::Engine(error) => of_write(error),
        }
    }
}

impl From<TenantError> for Refusal {
    fn from(error: TenantError) -> Self {
        match error {
            TenantError::Name => Problem::new(Code::TenantNameInvalid).into(),
            TenantError::Taken => Problem::new(Code::TenantNameTaken).into(),
            TenantError::Unknown => Problem::not_found("tenant").into(),
            TenantError::Engine(error) => of_write(error),
        }
    }
}

/// A use case that writes. A store that fails at a commit cannot say whether it is on the disk, so
/// the caller must not be told that nothing was done.
pub fn of_write(error: EngineError) -> Refusal {
    let cause = causes(&error);
    match error {
        EngineError::Store(StoreError { kind: StoreErrorKind::Unavailable, .. }) => {
            Problem::new(Code::OutcomeUnknown).caused_by(cause).into()
        }
        error => error.into(),
    }
}

/// A file that cannot be read: each class has its code, and place and reason go along.
fn refused(error: DecodeError) -> Problem {
    let code = match error.kind {
        DecodeErrorKind::Unrecognised => Code::FileUnrecognised,
        DecodeErrorKind::Malformed => Code::FileMalformed,
        DecodeErrorKind::Unsupported => Code::FileUnsupported,
        DecodeErrorKind::TooLarge => Code::FileTooLarge,
        DecodeErrorKind::Encrypted => Code::FileEncrypted,
        DecodeErrorKind::Mapping => Code::FileMapping,
    };
    let es = format!("{} (En inglés, en `reason`.)", code.entry().meaning.es);
    Problem::new(code).detailed(Text::new(error.to_string(), es)).with(|members| {
        members.place = Some(error.place.to_string());
        members.reason = Some(error.reason);
    })
}

/// A file that was read and does not fit; the place is the file as a whole.
fn file_problem(code: Code, error: &ImportError) -> Problem {
    Problem::new(code)
        .detailed(Text::new(format!("{error}."), code.entry().meaning.es.clone()))
        .with(|members| {
            members.place = Some("the file".to_owned());
            members.reason = Some(error.to_string());
        })
}

/// All that an error and what is behind it say, for the log. What comes from opened content is
/// left out: a parser's complaint quotes what it complains of.
pub fn causes(error: &EngineError) -> String {
    let mut text = error.to_string();
    if let EngineError::Content(content) = error {
        return format!("{text}: line {}, column {}", content.line(), content.column());
    }
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
