//! The style of the page: that of all pages, and what only this one has.

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

const STYLE: &str = concat!(
    include_str!("../../templates/checkout/style.css"),
    include_str!("../../templates/phone/style.css")
);

/// It changes with the program alone, which may be another one in a few minutes.
const KEPT: &str = "public, max-age=300";

pub async fn style() -> Response {
    let header = HeaderValue::from_static;
    let headers =
        [(CONTENT_TYPE, header("text/css; charset=utf-8")), (CACHE_CONTROL, header(KEPT))];
    (headers, STYLE).into_response()
}
