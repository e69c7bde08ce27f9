//! What a refused call means.

use std::time::Duration;

use cartola_connector::{Answer, ConnectorError, ErrorKind, RetryAdvice};

use super::encode;
use crate::wire::{ErrorBody, ErrorCode};

/// The error of an answer that is no success: by its code where it has one that is known, else by
/// its status.
pub(super) fn refusal(operation: &'static str, answer: &Answer) -> ConnectorError {
    let body: Option<ErrorBody> = serde_json::from_slice(&answer.body).ok();
    let by_code = body.as_ref().and_then(|body| by_code(&body.code));
    let (kind, reason) = by_code.unwrap_or_else(|| by_status(operation, answer.status.as_u16()));
    let error = ConnectorError::new(kind, operation, reason);
    let seconds = body
        .and_then(|body| body.retry_after.map(u64::from))
        .or_else(|| answer.retry_after_seconds());
    match seconds {
        Some(seconds) if may_wait(kind) => {
            error.advising(RetryAdvice::After(Duration::from_secs(seconds)))
        }
        _ => error,
    }
}

const fn may_wait(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::CredentialsLocked | ErrorKind::RateLimited | ErrorKind::InstitutionDown
    )
}

fn by_code(code: &ErrorCode) -> Option<(ErrorKind, &'static str)> {
    Some(match code {
        ErrorCode::InvalidRequest => {
            (ErrorKind::RequestInvalid, "the bank finds a field of the request wrong")
        }
        ErrorCode::InvalidCredentials => {
            (ErrorKind::CredentialsInvalid, "the bank refused RUT, password or MI PIN")
        }
        ErrorCode::InvalidToken | ErrorCode::InvalidRefreshToken => {
            (ErrorKind::SessionEnded, "the bank has ended the session")
        }
        ErrorCode::DeviceMismatch => {
            (ErrorKind::SessionEnded, "the bank says that another device opened the session")
        }
        ErrorCode::MiPassRequired => {
            (ErrorKind::ChallengeRequired, "the bank wants an approval in Mi Pass")
        }
        ErrorCode::AccountNotFound => {
            (ErrorKind::NoSuchProduct, "the customer has no such account")
        }
        ErrorCode::ProductNotFound => {
            (ErrorKind::NoSuchProduct, "the customer has no such product")
        }
        ErrorCode::TransferConflict => {
            (ErrorKind::RequestInvalid, "the bank knows another transfer by that id")
        }
        ErrorCode::TransferNotFound | ErrorCode::OperationNotFound => {
            (ErrorKind::NoSuchProduct, "the bank knows of no such operation")
        }
        ErrorCode::OperationConflict => {
            (ErrorKind::RequestInvalid, "the bank knows another operation by that id")
        }
        ErrorCode::CredentialsLocked => {
            (ErrorKind::CredentialsLocked, "the bank has locked the customer out")
        }
        ErrorCode::RateLimited => (ErrorKind::RateLimited, "the bank takes fewer calls"),
        ErrorCode::InvalidClient => {
            (ErrorKind::InstitutionDown, "the bank does not know this client")
        }
        ErrorCode::InsufficientScope => {
            (ErrorKind::RequestInvalid, "the client may not do this at the bank")
        }
        ErrorCode::PathNotFound | ErrorCode::MethodNotAllowed => {
            (ErrorKind::AnswerInvalid, "the bank has no such call")
        }
        ErrorCode::ConsentRequired => {
            (ErrorKind::ChallengeRequired, "the bank wants the customer's consent anew")
        }
        ErrorCode::ChallengeRejected => {
            (ErrorKind::ChallengeRequired, "the bank refused what the customer gave")
        }
        ErrorCode::ChallengeExpired => {
            (ErrorKind::ChallengeRequired, "what the customer gave came too late")
        }
        ErrorCode::AuthorizationNotFound | ErrorCode::AuthorizationConflict => {
            (ErrorKind::RequestInvalid, "the bank waits for no such authorization")
        }
        ErrorCode::LimitExceeded | ErrorCode::InsufficientFunds => {
            (ErrorKind::RequestInvalid, "the bank finds the request beyond a limit")
        }
        ErrorCode::Unsupported => (ErrorKind::Unsupported, "the bank does not offer this"),
        ErrorCode::BankAnswerInvalid => {
            (ErrorKind::AnswerInvalid, "what the bank says makes no sense to itself")
        }
        ErrorCode::Timeout => (ErrorKind::Timeout, "the bank did not answer in time"),
        ErrorCode::InternalError => (ErrorKind::InstitutionDown, "the bank failed"),
        ErrorCode::Unavailable => (ErrorKind::InstitutionDown, "the bank is closed for now"),
        ErrorCode::Other(_) => return None,
    })
}

/// By the status alone: what stands before a bank answers without the bank's codes. A login that
/// is answered by 401 counts as wrong credentials even so, since another attempt could lock the
/// customer out; 403 is what a firewall says to everybody.
fn by_status(operation: &'static str, status: u16) -> (ErrorKind, &'static str) {
    match status {
        401 if operation == encode::OPEN => {
            (ErrorKind::CredentialsInvalid, "the bank refused the login")
        }
        401 => (ErrorKind::SessionEnded, "the bank has ended the session"),
        403 => (ErrorKind::InstitutionDown, "the bank lets nobody in for now"),
        423 => (ErrorKind::CredentialsLocked, "the bank has locked the customer out"),
        429 => (ErrorKind::RateLimited, "the bank takes fewer calls"),
        500.. => (ErrorKind::InstitutionDown, "the bank failed"),
        _ => (ErrorKind::AnswerInvalid, "the bank answers with a status that it has no use for"),
    }
}
