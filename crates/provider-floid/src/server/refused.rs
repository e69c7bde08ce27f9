//! How anything that is refused is said: `{"error": …}` under its status. The document has 400, 401
//! and 500; beside them are those of HTTP itself, 404, 405 and 429.

use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::EngineError;
use cartola_http::layer::{self, Fault};
use cartola_http::problem::{Code, Problem};
use cartola_http::{Gate, answer, causes};
use cartola_model::Scope;

use super::asked::MAX_BODY_BYTES;
use crate::given::Mistake;
use crate::wire::Failed;

/// How long a caller waits before it asks a store again that had no time, or did not answer.
const AGAIN_AFTER_SECONDS: u32 = 2;

/// A refusal.
pub struct Refused {
    pub status: StatusCode,
    pub error: String,
    retry_after: Option<u32>,
    fault: Option<Fault>,
}

impl Refused {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into(), retry_after: None, fault: None }
    }

    /// The request is wrong.
    pub fn request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    /// The caller is not known.
    pub fn caller() -> Self {
        let error = "the API key is missing, unknown or withdrawn: Authorization = API Key";
        Self::new(StatusCode::UNAUTHORIZED, error)
    }

    /// The caller's key is not for this.
    pub fn scope(scope: Scope) -> Self {
        let error = format!("the API key does not have the scope `{}`", scope.name());
        Self::new(StatusCode::UNAUTHORIZED, error)
    }

    /// The operator has said nothing of what it takes.
    pub fn unconfigured(error: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error)
    }

    /// The caller asks too often.
    pub fn too_many(seconds: u32) -> Self {
        let refused = Self::new(StatusCode::TOO_MANY_REQUESTS, "too many requests");
        Self { retry_after: Some(seconds), ..refused }
    }

    /// The case id came with another body before.
    pub fn other_case(member: &str) -> Self {
        Self::request(format!("{member}: it was used for another request"))
    }

    /// The store has no time, or does not answer.
    fn away() -> Self {
        let error = "the gateway's store has no time or does not answer; ask again";
        let refused = Self::new(StatusCode::INTERNAL_SERVER_ERROR, error);
        Self { retry_after: Some(AGAIN_AFTER_SECONDS), ..refused }
    }

    /// Puts what belongs to the refusal, whatever its form, into a response.
    pub fn finish(self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(fault) = self.fault {
            response.extensions_mut().insert(fault);
        }
        response
    }
}

impl From<Mistake> for Refused {
    fn from(Mistake(error): Mistake) -> Self {
        Self::request(error)
    }
}

impl From<EngineError> for Refused {
    fn from(error: EngineError) -> Self {
        let cause = causes(&error);
        if error.is_store_away() {
            return Self { fault: Some(Fault { code: "busy", cause }), ..Self::away() };
        }
        let refused = Self::new(StatusCode::INTERNAL_SERVER_ERROR, "the gateway failed");
        Self { fault: Some(Fault { code: "internal", cause }), ..refused }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let response = answer::json(self.status, &Failed { error: &self.error });
        self.finish(response)
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
    match problem.code() {
        Code::PathUnknown => {
            Refused::new(StatusCode::NOT_FOUND, "there is nothing under this path")
        }
        Code::MethodNotAllowed => {
            Refused::new(StatusCode::METHOD_NOT_ALLOWED, "this path takes POST")
        }
        Code::RequestTimeout => Refused::request("the body did not arrive in time"),
        Code::BodyIncomplete => Refused::request("the body broke off"),
        Code::BodyTooLarge => {
            Refused::request(format!("the body has more than {MAX_BODY_BYTES} bytes"))
        }
        Code::RateLimited => Refused::too_many(1),
        Code::Busy | Code::NotReady => Refused::away(),
        Code::Timeout => {
            Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "the gateway took too long; ask again")
        }
        _ => Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "the gateway failed"),
    }
}
