//! `GET /_sandbox/openapi.json`

use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use utoipa::openapi::InfoBuilder;

/// The document of the levers, as JSON.
pub fn openapi_json() -> String {
    let mut document = super::documented().into_openapi();
    document.info = InfoBuilder::new()
        .title("Cartola sandbox: levers")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "What only a test may do to the box. Amounts are whole numbers in minor units.",
        ))
        .build();
    document.to_pretty_json().expect("the document is plain data")
}

/// Describe the levers
#[utoipa::path(get, path = "/_sandbox/openapi.json", tag = "openapi",
    responses((status = 200, description = "This document", body = serde_json::Value)))]
pub(crate) async fn serve() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], openapi_json())
}
