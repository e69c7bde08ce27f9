//! Whether the process lives, whether it can serve, and its metrics.

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use cartola_http::problem::Code;
use cartola_http::{Gate, Problem, Refusal, answer};
use serde::Serialize;
use utoipa::ToSchema;

use crate::settings::MetricsText;

/// What Prometheus reads.
const EXPOSITION: &str = "text/plain; version=0.0.4; charset=utf-8";

/// All is well.
#[derive(Serialize, ToSchema)]
#[schema(as = Health)]
pub struct HealthView {
    /// `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

/// Is the process alive?
///
/// Says nothing about the store: a process that cannot write is not mended by killing it.
#[utoipa::path(
    get, path = "/healthz", operation_id = "healthz", tag = "operations",
    responses((status = 200, description = "It is", body = HealthView)),
)]
pub async fn healthz() -> Response {
    answer::json(StatusCode::OK, &HealthView { status: "ok" })
}

/// Can requests be served?
///
/// Asks the store whether it takes writes.
#[utoipa::path(
    get, path = "/readyz", operation_id = "readyz", tag = "operations",
    responses((status = 200, description = "They can", body = HealthView)),
    extensions(("x-problems" = json!(["not_ready"]))),
)]
pub async fn readyz(State(gate): State<Gate>) -> Result<Response, Refusal> {
    match gate.engine().ready().await {
        Ok(()) => Ok(answer::json(StatusCode::OK, &HealthView { status: "ok" })),
        Err(error) => {
            let cause = error.to_string();
            Err(Problem::new(Code::NotReady).caused_by(cause).into())
        }
    }
}

/// Metrics
///
/// In the text format of Prometheus. Keep this path from strangers at the reverse proxy.
#[utoipa::path(
    get, path = "/metrics", operation_id = "metrics", tag = "operations",
    responses((status = 200, description = "The metrics", body = String, content_type = "text/plain")),
    extensions(("x-problems" = json!(["path_unknown"]))),
)]
pub async fn metrics(Extension(text): Extension<Option<MetricsText>>) -> Result<Response, Refusal> {
    let text = text.ok_or_else(|| Problem::new(Code::PathUnknown))?;
    Ok(([(CONTENT_TYPE, EXPOSITION)], text()).into_response())
}
