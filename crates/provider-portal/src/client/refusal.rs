//! What a refused call means.

use std::time::Duration;

use cartola_connector::{Answer, ConnectorError, ErrorKind, RetryAdvice};

use super::encode;
use crate::wire::{ErrorBody, ErrorCode};

/// The error of an answer that is no success: by its code where it has one that is known, else by
/// its status.
pub(super) fn refusal(operation: &'static str, answer: &Answer) -> ConnectorError {
    let body: Option<ErrorBody> = serde_json::from_slice(&answer.body).ok();
    let by_code = body.as_ref().and_then(|body| by_code(body.code));
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

fn by_code(code: ErrorCode) -> Option<(ErrorKind, &'static str)> {
    Some(match code {
        ErrorCode::InvalidRequest => {
            (ErrorKind::RequestInvalid, "the institution finds a field of the request wrong")
        }
        ErrorCode::InvalidCredentials => {
            (ErrorKind::CredentialsInvalid, "the institution refused user or password")
        }
        ErrorCode::InvalidToken => {
            (ErrorKind::SessionEnded, "the session has ended, and none can be renewed here")
        }
        ErrorCode::ProductNotFound => (ErrorKind::NoSuchProduct, "the person has no such product"),
        ErrorCode::CredentialsLocked => {
            (ErrorKind::CredentialsLocked, "the institution has locked the person out")
        }
        ErrorCode::RateLimited => (ErrorKind::RateLimited, "the institution takes fewer calls"),
        ErrorCode::InternalError => (ErrorKind::InstitutionDown, "the institution failed"),
        ErrorCode::Unavailable => (ErrorKind::InstitutionDown, "the institution is closed for now"),
        ErrorCode::Other => return None,
    })
}

/// By the status alone: what stands before an institution answers without its codes. A login that is
/// answered by 401 counts as wrong credentials even so, since another attempt could lock the person
/// out; 403 is what a firewall says to everybody.
fn by_status(operation: &'static str, status: u16) -> (ErrorKind, &'static str) {
    match status {
        401 if operation == encode::OPEN => {
            (ErrorKind::CredentialsInvalid, "the institution refused the login")
        }
        401 => (ErrorKind::SessionEnded, "the session has ended, and none can be renewed here"),
        403 => (ErrorKind::InstitutionDown, "the institution lets nobody in for now"),
        423 => (ErrorKind::CredentialsLocked, "the institution has locked the person out"),
        429 => (ErrorKind::RateLimited, "the institution takes fewer calls"),
        500.. => (ErrorKind::InstitutionDown, "the institution failed"),
        _ => (
            ErrorKind::AnswerInvalid,
            "the institution answers with a status that it has no use for",
        ),
    }
}
