//! `POST /v1/bill-payments/{id}/cancel`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::InstructionId;

use super::KIND;
use crate::instructions::view::InstructionView;
use crate::wire;

/// Cancel a bill's payment
///
/// One that its bank has not heard of is cancelled at once; one that waits for its customer is `cancelling`
/// until its bank has given it up, or says that the bill is paid. The body is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/bill-payments/{id}/cancel", operation_id = "cancel_bill_payment", tag = "bill-payments",
    params(("id" = inline(wire::InstructionId), Path, description = "Which.")),
    responses((status = 202, description = "As it stands now", body = InstructionView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "instruction_not_cancellable",
    ]))),
)]
pub async fn cancel(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<InstructionId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "bill_payments.cancel", request).await?;
    let found = engine.cancel_instruction(who, KIND, id).await?;
    let recorded = answer::recorded(StatusCode::ACCEPTED, &InstructionView::from(found));
    if let Some(ticket) = &ticket {
        engine.record(ticket, &recorded).await?;
    }
    Ok(answer::fresh(recorded))
}
