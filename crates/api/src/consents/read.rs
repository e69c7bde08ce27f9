//! `GET /v1/consents/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::ConsentId;

use super::view::ConsentView;
use crate::wire;

/// Read a consent
#[utoipa::path(
    get, path = "/v1/consents/{id}", operation_id = "read_consent", tag = "consents",
    params(("id" = inline(wire::ConsentId), Path, description = "The consent.")),
    responses((status = 200, description = "The consent", body = ConsentView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<ConsentId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let row = gate.engine().consent(who, id).await?;
    let row = row.ok_or_else(|| Problem::not_found("consent"))?;
    Ok(answer::json(StatusCode::OK, &ConsentView::at(&row, gate.engine().now())))
}
