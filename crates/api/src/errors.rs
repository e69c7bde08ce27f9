//! The pages of the error codes: HTML and JSON served, Markdown committed.

mod markup;

use axum::extract::Path;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use cartola_http::problem::catalogue::{Entry, entries};
use cartola_http::problem::{Code, Retry};
use cartola_http::{Problem, Refusal, answer};
use cartola_model::Failure;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::List;

pub use markup::error_pages;

/// The pages change with the program alone.
const KEPT: &str = "public, max-age=3600";

/// The pages need nothing but their own style.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// What an error code means.
#[derive(Serialize, ToSchema)]
#[schema(as = ErrorCode)]
pub struct ErrorView {
    /// The stable code.
    #[schema(value_type = String, example = "not_found")]
    code: Code,
    /// The HTTP status that it comes with.
    status: u16,
    /// Its class.
    #[schema(value_type = String, example = "request_invalid")]
    failure: Failure,
    retry: Retry,
    title: &'static str,
    title_es: &'static str,
    /// What has happened.
    meaning: &'static str,
    /// What has happened, in Spanish.
    meaning_es: &'static str,
    /// What to do about it.
    remedy: &'static str,
    /// What to do about it, in Spanish.
    remedy_es: &'static str,
}

impl From<&'static Entry> for ErrorView {
    fn from(entry: &'static Entry) -> Self {
        Self {
            code: entry.code,
            status: entry.status,
            failure: entry.failure,
            retry: entry.retry,
            title: &entry.title.en,
            title_es: &entry.title.es,
            meaning: &entry.meaning.en,
            meaning_es: &entry.meaning.es,
            remedy: &entry.remedy.en,
            remedy_es: &entry.remedy.es,
        }
    }
}

/// List error codes
///
/// As a page for people, or as JSON where `Accept` asks for it.
#[utoipa::path(
    get, path = "/errors", operation_id = "list_errors", tag = "errors",
    responses((status = 200, description = "All codes", content(
        (List<ErrorView> = "application/json"), (String = "text/html"),
    ))),
)]
pub async fn list(headers: HeaderMap) -> Response {
    if wants_json(&headers) {
        let body = List::whole(entries().map(ErrorView::from).collect());
        return kept(answer::json(StatusCode::OK, &body));
    }
    html(markup::index_html())
}

/// Explain an error code
///
/// As a page for people, or as JSON where `Accept` asks for it. Every problem's `type` points here.
#[utoipa::path(
    get, path = "/errors/{code}", operation_id = "read_error", tag = "errors",
    params(("code" = String, Path, description = "The code.", example = "not_found")),
    responses((status = 200, description = "The code explained", content(
        (ErrorView = "application/json"), (String = "text/html"),
    ))),
    extensions(("x-problems" = json!(["not_found"]))),
)]
pub async fn read(headers: HeaderMap, Path(code): Path<String>) -> Result<Response, Refusal> {
    let entry = Code::parse(&code).ok_or_else(|| Problem::not_found("error code"))?.entry();
    if wants_json(&headers) {
        return Ok(kept(answer::json(StatusCode::OK, &ErrorView::from(entry))));
    }
    Ok(html(markup::page_html(entry)))
}

/// Whether a caller would rather have JSON than a page.
fn wants_json(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    accepted.contains("json") && !accepted.contains("text/html")
}

fn html(text: String) -> Response {
    let types = [(CONTENT_TYPE, "text/html; charset=utf-8"), (CONTENT_SECURITY_POLICY, POLICY)];
    kept((types, text).into_response())
}

fn kept(mut response: Response) -> Response {
    let value = axum::http::HeaderValue::from_static(KEPT);
    response.headers_mut().insert(CACHE_CONTROL, value);
    response
}
