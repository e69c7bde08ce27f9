//! Descriptions of APIs: the same text is committed and served.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The text of a document: one blank per level, and keys sorted, whatever order a build gives them.
pub fn text(document: &impl Serialize) -> String {
    let mut value = serde_json::to_value(document).expect("a document is JSON");
    value.sort_all_objects();
    let mut text = serde_json::to_string_pretty(&value).expect("a value is JSON");
    text.push('\n');
    text
}

/// Answers with a document, which stays the same while the process runs.
pub fn served(text: &'static str) -> Response {
    let json = HeaderValue::from_static("application/json");
    let kept = HeaderValue::from_static("public, max-age=300");
    ([(CONTENT_TYPE, json), (CACHE_CONTROL, kept)], text).into_response()
}
