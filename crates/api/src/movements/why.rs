//! `GET /v1/movements/{id}/why`

mod reason;
mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::MovementId;

use self::view::WhyView;
use crate::wire;

/// Why a movement is what it is
///
/// All that its sources said, each with the reason why it counts as this movement, and the
/// movements that were split from it.
#[utoipa::path(
    get, path = "/v1/movements/{id}/why", operation_id = "explain_movement", tag = "movements",
    params(("id" = inline(wire::MovementId), Path, description = "The movement.")),
    responses((status = 200, description = "The movement and its sources", body = WhyView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn why(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<MovementId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let explained = gate.engine().explain(who, id).await?;
    let explained = explained.ok_or_else(|| Problem::not_found("movement"))?;
    let counterparty = gate.engine().counterparty(who, &explained.attested.row).await?;
    Ok(answer::json(StatusCode::OK, &WhyView::of(&explained, counterparty.as_ref())))
}
