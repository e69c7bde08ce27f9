//! How anything that is refused is said: `{"message": …}` under its status.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::EngineError;
use cartola_engine::sessions::SessionRefusal;
use cartola_http::layer::{self, Fault};
use cartola_http::problem::{Code, Problem};
use cartola_http::{Gate, answer, causes};
use serde::Serialize;
use utoipa::ToSchema;

/// What is said.
#[derive(Serialize, ToSchema)]
pub struct Message<'a> {
    /// One sentence.
    pub message: &'a str,
}

/// A refusal.
pub struct Refused {
    status: StatusCode,
    message: String,
    retry_after: Option<u32>,
    fault: Option<Fault>,
}

impl Refused {
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after: None, fault: None }
    }

    /// The request is wrong.
    pub fn request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// The caller is not known.
    pub fn caller(message: &'static str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// The caller asks too often.
    pub fn too_many(seconds: u32) -> Self {
        let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, "too many requests");
        Self { retry_after: Some(seconds), ..refused }
    }
}

/// How long a caller waits before it asks a store again that had no time, or did not answer.
const AGAIN_AFTER_SECONDS: u32 = 2;

impl Refused {
    /// The store has no time, or does not answer. It is no quota of the caller's.
    fn away() -> Self {
        let text = "the gateway's store has no time or does not answer; ask again";
        let refused = Self::new(StatusCode::SERVICE_UNAVAILABLE, text);
        Self { retry_after: Some(AGAIN_AFTER_SECONDS), ..refused }
    }
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        if error.is_store_away() {
            let fault = Fault { code: "busy", cause: causes(&error) };
            return Self { fault: Some(fault), ..Self::away() };
        }
        let fault = Fault { code: "internal", cause: causes(&error) };
        let refused = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the gateway failed");
        Self { fault: Some(fault), ..refused }
    }
}

impl From<SessionRefusal> for Refused {
    fn from(refusal: SessionRefusal) -> Self {
        use cartola_engine::sessions::SessionTokenError::{Expired, Invalid};
        match refusal {
            SessionRefusal::Token(Expired) => Self::caller("Jwt is expired"),
            SessionRefusal::Token(Invalid) => Self::caller("Jwt is invalid"),
            SessionRefusal::Engine(error) => error.into(),
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let mut response = answer::json(self.status, &Message { message: &self.message });
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(fault) = self.fault {
            response.extensions_mut().insert(fault);
        }
        response
    }
}

/// What the layer around all routes says, in our words.
pub fn voice(_gate: &Gate, problem: &Problem) -> Response {
    let mut response = of_problem(problem).into_response();
    if let Some(fault) = layer::fault(problem) {
        response.extensions_mut().insert(fault);
    }
    response
}

/// What can be wrong before a handler is there, or instead of it.
pub fn of_problem(problem: &Problem) -> Refused {
    let message = match problem.code() {
        Code::PathUnknown => "there is nothing under this path",
        Code::MethodNotAllowed => "this path does not take this method",
        Code::RequestTimeout => "the body did not arrive in time",
        Code::BodyIncomplete => "the body broke off",
        Code::BodyTooLarge => "the body is too large",
        Code::RateLimited => return Refused::too_many(1),
        Code::Busy | Code::NotReady => return Refused::away(),
        Code::Timeout => "the gateway took too long; ask again",
        _ => "the gateway failed",
    };
    Refused::new(problem.status(), message)
}
