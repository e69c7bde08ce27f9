//! What a refused call means.

use std::time::Duration;

use cartola_connector::{Answer, ConnectorError, ErrorKind, RetryAdvice};

use super::encode;
use crate::wire::told;

/// The error of an answer that is no success: by its word where it has one that is known, else by
/// its status.
pub(super) fn refusal(operation: &'static str, answer: &Answer) -> ConnectorError {
    let status = answer.status.as_u16();
    let by_word = word(answer).and_then(|word| by_word(operation, &word));
    let (kind, reason) = by_word.unwrap_or_else(|| by_status(operation, status));
    advised(ConnectorError::new(kind, operation, reason), answer)
}

/// The error with the wait that the institution wishes, where waiting helps.
pub(super) fn advised(error: ConnectorError, answer: &Answer) -> ConnectorError {
    let may_wait = matches!(error.kind, ErrorKind::RateLimited | ErrorKind::InstitutionDown);
    match answer.retry_after_seconds() {
        Some(seconds) if may_wait => {
            error.advising(RetryAdvice::After(Duration::from_secs(seconds)))
        }
        _ => error,
    }
}

/// The word of a refusal, where it has one.
pub(super) fn word(answer: &Answer) -> Option<String> {
    let told: Option<told::Refusal> = serde_json::from_slice(&answer.body).ok();
    told.map(|told| told.error)
}

fn by_word(operation: &'static str, word: &str) -> Option<(ErrorKind, &'static str)> {
    Some(match word {
        "invalid_client" if operation == encode::TOKEN => {
            (ErrorKind::CredentialsInvalid, "the institution refused client_id or client_secret")
        }
        "unauthorized_client" | "unsupported_grant_type" if operation == encode::TOKEN => {
            (ErrorKind::CredentialsInvalid, "the institution gives this client no tokens")
        }
        "invalid_token" => (ErrorKind::SessionEnded, "the institution takes the token no more"),
        "insufficient_scope" => {
            (ErrorKind::RequestInvalid, "the client may not do this at the institution")
        }
        "not_found" => (ErrorKind::NoSuchProduct, "the institution knows no such account"),
        "account_not_enabled" => {
            (ErrorKind::RequestInvalid, "the institution lets nobody pay from this account")
        }
        "authorization_required" => (
            ErrorKind::ChallengeRequired,
            "the account's holder has to approve this payment on their phone first",
        ),
        "idempotency_key_reused" => {
            (ErrorKind::RequestInvalid, "the institution knows another payment by that id")
        }
        "invalid_request" => {
            (ErrorKind::RequestInvalid, "the institution finds a part of the request wrong")
        }
        "rate_limit_exceeded" => (ErrorKind::RateLimited, "the institution takes fewer calls"),
        "temporarily_unavailable" => {
            (ErrorKind::InstitutionDown, "the institution is closed for now")
        }
        "server_error" => (ErrorKind::InstitutionDown, "the institution failed"),
        _ => return None,
    })
}

/// By the status alone: what stands before an institution answers without its words. 401 of the token
/// endpoint counts as a wrong secret, 403 is what a firewall says to everybody.
fn by_status(operation: &'static str, status: u16) -> (ErrorKind, &'static str) {
    match status {
        401 if operation == encode::TOKEN => {
            (ErrorKind::CredentialsInvalid, "the institution refused the client")
        }
        401 => (ErrorKind::SessionEnded, "the institution takes the token no more"),
        403 => (ErrorKind::InstitutionDown, "the institution lets nobody in for now"),
        429 => (ErrorKind::RateLimited, "the institution takes fewer calls"),
        500.. => (ErrorKind::InstitutionDown, "the institution failed"),
        _ => (
            ErrorKind::AnswerInvalid,
            "the institution answers with a status that it has no use for",
        ),
    }
}
