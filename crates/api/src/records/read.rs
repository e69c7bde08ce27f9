//! `GET /v1/records/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::RecordId;

use super::view::RecordView;
use crate::wire;

/// Read a record
///
/// One whose consent has ended is not found.
#[utoipa::path(
    get, path = "/v1/records/{id}", operation_id = "read_record", tag = "records",
    params(("id" = inline(wire::RecordId), Path, description = "The record.")),
    responses((status = 200, description = "The record", body = RecordView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<RecordId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let found = gate.engine().record_by_id(who, id).await?;
    let found = found.ok_or_else(|| Problem::not_found("record"))?;
    Ok(answer::json(StatusCode::OK, &RecordView::from(&found)))
}
