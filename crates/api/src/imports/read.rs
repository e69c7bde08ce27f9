//! `GET /v1/imports/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::ImportId;

use super::ended::ended;
use super::view::DetailView;
use crate::wire;

/// Read an import
///
/// With its findings: gaps between balances, ambiguous movements, warnings. Once its consent has
/// ended, what it says of money is left out.
#[utoipa::path(
    get, path = "/v1/imports/{id}", operation_id = "read_import", tag = "imports",
    params(("id" = inline(wire::ImportId), Path, description = "The import.")),
    responses((status = 200, description = "The import", body = DetailView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<ImportId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let engine = gate.engine();
    let row = engine.import_by_id(who, id).await?;
    let row = row.ok_or_else(|| Problem::not_found("import"))?;
    let ended = ended(engine, who, std::slice::from_ref(&row)).await?;
    let body = DetailView::of(&row, ended.contains(&row.consent));
    Ok(answer::json(StatusCode::OK, &body))
}
