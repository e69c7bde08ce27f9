//! `POST /v1/readings/{id}/cancel`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::Reply;
use cartola_engine::readings::Cancelled;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::JobId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// A reading that is not wanted any more.
#[derive(Serialize, ToSchema)]
#[schema(as = ReadingCancelled)]
struct CancelledView {
    #[schema(value_type = wire::ReadingId)]
    id: IdText,
    /// Whether it has ended. Else its worker lets go of it within seconds, and it may still end as
    /// done, where what it read was just being kept.
    ended: bool,
}

/// Cancel a reading
///
/// One that waits is never begun; one that runs is broken off, and leaves nothing behind. The body
/// is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/readings/{id}/cancel", operation_id = "cancel_reading", tag = "links",
    params(("id" = inline(wire::ReadingId), Path, description = "The reading.")),
    responses((status = 202, description = "It is cancelled, or being so", body = CancelledView)),
    security(("api_key" = ["import"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found", "reading_ended"]))),
)]
pub async fn cancel(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<JobId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Import)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "readings.cancel", request).await?;
    let render = |cancelled: &Cancelled| {
        let ended = *cancelled == Cancelled::AtOnce;
        answer::recorded(StatusCode::ACCEPTED, &CancelledView { id: id.into(), ended })
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let cancelled = engine.cancel_reading(who, id, reply).await?;
    Ok(answer::fresh(render(&cancelled)))
}
