//! `POST /v1/payments/{id}/cancel`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::PaymentId;

use super::view::PaymentView;
use crate::wire;

/// Cancel a payment
///
/// One that its bank has not heard of has failed at once; one that waits for the customer is
/// `withdrawing` until its bank has given it up, or says that it has settled. One that is cancelled
/// already is answered as it stands. The body is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/payments/{id}/cancel", operation_id = "cancel_payment", tag = "payments",
    params(("id" = inline(wire::PaymentId), Path, description = "The payment.")),
    responses((status = 202, description = "The payment as it stands now", body = PaymentView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "payment_not_cancellable",
    ]))),
)]
pub async fn cancel(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<PaymentId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "payments.cancel", request).await?;
    let payment = engine.cancel_payment(who, id).await?;
    let recorded = answer::recorded(StatusCode::ACCEPTED, &PaymentView::from(payment));
    if let Some(ticket) = &ticket {
        engine.record(ticket, &recorded).await?;
    }
    Ok(answer::fresh(recorded))
}
