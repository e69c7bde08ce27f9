//! How anything that is refused is said: `{"error", "error_description"}` under its status, the form
//! of the document's one printed refusal and of RFC 6749.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::EngineError;
use cartola_http::layer;
use cartola_http::problem::Code;
use cartola_http::{Gate, Problem, Refusal, answer};
use serde::Serialize;
use utoipa::ToSchema;

/// The challenge that goes with 401 (RFC 6750, §3).
const CHALLENGE: &str = r#"Bearer realm="apistore", error="invalid_token""#;

/// A refusal, or the answer that a call got before.
pub struct Refused(Refusal);

/// What is told.
#[derive(Serialize, ToSchema)]
#[schema(as = Refused)]
pub struct Told<'a> {
    /// A word for programs.
    #[schema(example = "invalid_request")]
    error: &'static str,
    /// A sentence for people.
    error_description: &'a str,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self(problem.into())
    }
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self.0 {
            answered @ Refusal::Answered(_) => answered.into_response(),
            Refusal::Problem(problem) => told(&problem),
        }
    }
}

/// A refusal with a word of its own.
pub fn in_words(status: StatusCode, error: &'static str, error_description: &str) -> Response {
    answer::json(status, &Told { error, error_description })
}

/// What the layer around all routes says, in our words.
pub fn voice(_gate: &Gate, problem: &Problem) -> Response {
    told(problem)
}

fn told(problem: &Problem) -> Response {
    let status = problem.status();
    let body = Told { error: word(problem), error_description: &problem.detail().en };
    let mut response = answer::json(status, &body);
    let headers = response.headers_mut();
    if let Some(seconds) = problem.retry_after() {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
    }
    if let Some(fault) = layer::fault(problem) {
        response.extensions_mut().insert(fault);
    }
    response
}

/// The word of a problem. RFC 6749 and RFC 6750 have words for most; the others are ours.
fn word(problem: &Problem) -> &'static str {
    match problem.code() {
        Code::KeyMissing | Code::KeyMalformed | Code::KeyUnknown => "invalid_token",
        Code::ScopeMissing => "insufficient_scope",
        Code::NotFound | Code::PathUnknown => "not_found",
        Code::MethodNotAllowed => "method_not_allowed",
        Code::RateLimited => "rate_limit_exceeded",
        Code::IdempotencyKeyReused => "idempotency_key_reused",
        Code::PaymentUnconfigured => "account_not_enabled",
        Code::ApprovalNeeded => "authorization_required",
        Code::ApprovalOther | Code::ApprovalEnded => "authorization_invalid",
        Code::Busy | Code::NotReady | Code::Timeout => "temporarily_unavailable",
        _ if problem.status().is_server_error() => "server_error",
        _ => "invalid_request",
    }
}
