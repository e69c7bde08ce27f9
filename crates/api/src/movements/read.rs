//! `GET /v1/movements/{id}`

use std::slice;
use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_insights::categories::Rulebook;
use cartola_model::Scope;
use cartola_primitives::id::MovementId;

use super::category::{Include, Labeller};
use super::view::MovementView;
use crate::wire;

/// Read a movement
///
/// One that the bank no longer has is shown too, with the status `removed`.
#[utoipa::path(
    get, path = "/v1/movements/{id}", operation_id = "read_movement", tag = "movements",
    params(("id" = inline(wire::MovementId), Path, description = "The movement."), Include),
    responses((status = 200, description = "The movement", body = MovementView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    Extension(rules): Extension<Arc<Rulebook>>,
    caller: Authenticated,
    PathId(id): PathId<MovementId>,
    Query(include): Query<Include>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let explained = gate.engine().explain(who, id).await?;
    let row = explained.ok_or_else(|| Problem::not_found("movement"))?.attested.row;
    let counterparty = gate.engine().counterparty(who, &row).await?;
    let mut labels = Vec::new();
    if include.categories() {
        let mut labeller = Labeller::new(gate.engine(), who, rules.of(who.tenant));
        labels = labeller.labels(slice::from_ref(&row), slice::from_ref(&counterparty)).await?;
    }
    let view = MovementView::of(&row, counterparty.as_ref()).labelled(labels.first());
    Ok(answer::json(StatusCode::OK, &view))
}
