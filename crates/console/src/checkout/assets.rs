//! The style and the script of the page.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("../../templates/checkout/style.css");
const SCRIPT: &str = include_str!("../../templates/checkout/script.js");

/// They change with the program alone, which may be another one in a few minutes.
const KEPT: &str = "public, max-age=300";

pub async fn style() -> Response {
    asset("text/css; charset=utf-8", STYLE)
}

pub async fn script() -> Response {
    asset("text/javascript; charset=utf-8", SCRIPT)
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    let header = HeaderValue::from_static;
    ([(CONTENT_TYPE, header(kind)), (CACHE_CONTROL, header(KEPT))], text).into_response()
}
