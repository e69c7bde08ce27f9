//! `GET /v1/bill-payments/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::InstructionId;

use super::KIND;
use crate::instructions::Waiting;
use crate::instructions::view::InstructionView;
use crate::wire;

/// Look at a bill's payment
///
/// With `wait_seconds`, the answer comes once it has ended, or stands otherwise than in `seen` and its
/// bank is not just being asked, or the time is over.
#[utoipa::path(
    get, path = "/v1/bill-payments/{id}", operation_id = "read_bill_payment", tag = "bill-payments",
    params(("id" = inline(wire::InstructionId), Path, description = "Which."), Waiting),
    responses((status = 200, description = "As it stands", body = InstructionView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<InstructionId>,
    Query(asked): Query<Waiting>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let engine = gate.engine();
    let found = engine.next_instruction(who, (KIND, id), asked.seen, asked.wait_seconds).await?;
    let found = found.ok_or_else(|| Problem::not_found("bill payment"))?;
    Ok(answer::json(StatusCode::OK, &InstructionView::from(found)))
}
