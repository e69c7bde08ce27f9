//! `POST /v1/messages/{id}/replay`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::messages::Message;
use cartola_engine::once::Reply;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::MessageId;

use super::view::{MessageView, Receivers};
use crate::wire;

/// Replay a message
///
/// Sends a message again that was given up: at once, under the same `webhook-id` and with the same
/// body, and then by the whole schedule. The body of this call is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/messages/{id}/replay", operation_id = "replay_message", tag = "messages",
    params(("id" = inline(wire::MessageId), Path, description = "The message.")),
    responses((status = 200, description = "The message, which waits to be sent", body = MessageView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "message_not_dead", "endpoint_disabled",
    ]))),
)]
pub async fn replay(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<MessageId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "messages.replay", request).await?;
    let known = engine.message(who, id).await?;
    let (known, _) = known.ok_or_else(|| Problem::not_found("message"))?;
    let receivers = Receivers::of(engine, who, std::slice::from_ref(&known)).await;
    let render = |message: &Message| answer::recorded(StatusCode::OK, &receivers.view(message));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let message = engine.replay_message(who, id, reply).await?;
    Ok(answer::fresh(render(&message)))
}
