//! `GET /v1/matters/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::MatterId;

use super::view::MatterView;
use crate::wire;

/// Read a matter
#[utoipa::path(
    get, path = "/v1/matters/{id}", operation_id = "read_matter", tag = "matters",
    params(("id" = inline(wire::MatterId), Path, description = "The matter.")),
    responses((status = 200, description = "The matter", body = MatterView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<MatterId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let matter = gate.engine().matter(who, id).await?;
    let matter = matter.ok_or_else(|| Problem::not_found("matter"))?;
    Ok(answer::json(StatusCode::OK, &MatterView::from(matter)))
}
