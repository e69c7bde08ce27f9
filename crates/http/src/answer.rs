//! Answers that are not refusals.

use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_engine::once::RecordedAnswer;
use serde::Serialize;

/// Says that an answer is one that was given before.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// A value as JSON.
pub fn json<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> Response {
    json_bytes(status, to_vec(value))
}

/// JSON that is written already.
pub fn json_bytes(status: StatusCode, bytes: Vec<u8>) -> Response {
    let json = HeaderValue::from_static("application/json");
    (status, [(CONTENT_TYPE, json)], bytes).into_response()
}

/// The answer of a repeatable call, in the form in which it is kept.
pub fn recorded<T: Serialize + ?Sized>(status: StatusCode, value: &T) -> RecordedAnswer {
    RecordedAnswer { status: status.as_u16(), body: to_vec(value) }
}

/// An answer that was just recorded, or would have been.
pub fn fresh(recorded: RecordedAnswer) -> Response {
    let status = StatusCode::from_u16(recorded.status).expect("only statuses of HTTP are recorded");
    json_bytes(status, recorded.body)
}

/// An answer that was given before.
pub(crate) fn replayed(recorded: RecordedAnswer) -> Response {
    let mut response = fresh(recorded);
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn to_vec<T: Serialize + ?Sized>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("wire shapes have text keys and finite numbers")
}
