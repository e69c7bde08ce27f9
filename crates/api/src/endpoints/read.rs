//! `GET /v1/endpoints/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::parameters::PathText;
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;

use super::view::{EndpointView, receiver};
use crate::wire;

/// Look at an endpoint
#[utoipa::path(
    get, path = "/v1/endpoints/{id}", operation_id = "read_endpoint", tag = "messages",
    params(("id" = inline(wire::EndpointId), Path, description = "The endpoint.")),
    responses((status = 200, description = "The endpoint", body = EndpointView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathText(id): PathText,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let engine = gate.engine();
    let id = parse::endpoint(&id).map_err(|why| Problem::parameter("id", why))?;
    let found = engine.endpoint(who, id).await?;
    let endpoint = found.ok_or_else(|| Problem::not_found("endpoint"))?;
    let receiver = receiver(engine, who, &endpoint).await;
    let view = EndpointView::new(id, receiver, endpoint.disabled_at);
    Ok(answer::json(StatusCode::OK, &view))
}
