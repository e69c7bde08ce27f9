//! How a result or a refusal becomes the body of an answer or of a callback.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use cartola_engine::{Engine, EngineError};
use cartola_http::layer::{self, Fault};
use cartola_http::problem::{Code, Problem};
use cartola_http::{Gate, answer, causes};
use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::RequestId;
use serde::Serialize;

use super::declined::Declined;
use super::{LIFE_SPAN_SECONDS, MAX_ANSWER_BYTES};
use crate::wire::Envelope;
use crate::{Refusal, mapping};

/// Room for an answer without records, in bytes.
const USUAL_BYTES: usize = 512;

/// The challenge that goes with 401 (RFC 6750).
const CHALLENGE: &str = r#"Bearer realm="khipu""#;

/// What is told, with a name for the metrics: `ok`, `accepted`, or a code.
pub struct Said {
    pub status: u16,
    pub outcome: &'static str,
    pub body: Vec<u8>,
}

impl Said {
    /// It went well. More than one answer can hold is refused.
    pub fn ok<Data: Serialize>(operation_id: &str, data: Data, more: Option<String>) -> Self {
        let envelope = Envelope::ok(operation_id.to_owned(), data);
        Self::within_limit(&Envelope { additional_information: more, ..envelope }, USUAL_BYTES)
    }

    /// The same of data that takes about so many bytes: a long answer is not moved as it grows.
    pub fn ok_of_size<Data: Serialize>(operation_id: &str, data: Data, bytes: usize) -> Self {
        let envelope = Envelope::ok(operation_id.to_owned(), data);
        Self::within_limit(&envelope, USUAL_BYTES + bytes.min(MAX_ANSWER_BYTES))
    }

    fn within_limit<Data: Serialize>(envelope: &Envelope<Data>, room: usize) -> Self {
        let said = Self::new(200, "ok", envelope, room);
        if said.body.len() > MAX_ANSWER_BYTES {
            return Self::refused(&envelope.operation_id, &Failure::LimitExceeded.into());
        }
        said
    }

    /// The result comes later.
    pub fn accepted(operation_id: &str) -> Self {
        let envelope = Envelope::<()>::accepted(operation_id.to_owned(), LIFE_SPAN_SECONDS);
        Self::new(202, "accepted", &envelope, USUAL_BYTES)
    }

    /// It is refused.
    pub fn refused(operation_id: &str, refusal: &Refusal) -> Self {
        let envelope = refusal.envelope::<()>(operation_id.to_owned());
        Self::new(refusal.status, refusal.code, &envelope, USUAL_BYTES)
    }

    fn new<Data: Serialize>(
        status: u16,
        outcome: &'static str,
        said: &Envelope<Data>,
        room: usize,
    ) -> Self {
        let mut body = Vec::with_capacity(room);
        serde_json::to_writer(&mut body, said).expect("wire shapes have text keys and no floats");
        Self { status, outcome, body }
    }

    pub fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("refusals have statuses of HTTP");
        let mut response = answer::json_bytes(status, self.body);
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static(CHALLENGE);
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// The id of a new operation.
pub fn new_operation(engine: &Engine) -> String {
    mapping::operation_id(*engine.mint::<RequestId>().as_bytes())
}

/// What a caller is told who is not served, and the name of it for the metrics.
pub fn declined(
    operation_id: &str,
    declined: Declined,
    now: Timestamp,
) -> (Response, &'static str) {
    let (refusal, wait, fault) = match declined {
        Declined::Refused(refusal) => (refusal, None, None),
        Declined::Until(refusal, until) => (refusal, Some(seconds_until(until, now)), None),
        Declined::Failed(error) => {
            (Refusal::of_ours(error.failure()), None, Some(fault_of(&error)))
        }
    };
    let said = Said::refused(operation_id, &refusal);
    let (status, outcome) = (said.status, said.outcome);
    let mut response = said.into_response();
    if let Some(seconds) = wait.or((status == 429).then_some(1)) {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(fault) = fault {
        response.extensions_mut().insert(fault);
    }
    (response, outcome)
}

/// What the layer around all routes says, in our words.
pub fn voice(gate: &Gate, problem: &Problem) -> Response {
    let engine = gate.engine();
    let told = refusal_of(problem.code());
    let mut response = Said::refused(&new_operation(engine), &told).into_response();
    if let Some(fault) = layer::fault(problem) {
        response.extensions_mut().insert(fault);
    }
    response
}

/// What can be wrong before a handler is there, or instead of it.
pub fn refusal_of(code: Code) -> Refusal {
    let wrong = |status, code, text| Refusal::of_request(status, code, text);
    match code {
        Code::PathUnknown => wrong(404, "P003", "There is nothing under this path"),
        Code::MethodNotAllowed => wrong(405, "P003", "This path does not take this method"),
        Code::RequestTimeout => wrong(400, "P001", "The body did not arrive in time"),
        Code::BodyIncomplete => wrong(400, "P001", "The body broke off"),
        Code::BodyTooLarge => (&crate::RequestError::TooLarge).into(),
        Code::Timeout => Failure::Timeout.into(),
        Code::RateLimited | Code::Busy => Failure::RateLimited.into(),
        Code::KeyMissing | Code::KeyMalformed | Code::KeyUnknown => Failure::GatewayAuth.into(),
        _ => Failure::Internal.into(),
    }
}

fn fault_of(error: &EngineError) -> Fault {
    Fault { code: "internal", cause: causes(error) }
}

fn seconds_until(until: Timestamp, now: Timestamp) -> u32 {
    let seconds = until.duration_since(now).as_secs().max(0);
    u32::try_from(seconds).unwrap_or(u32::MAX).saturating_add(1)
}
