//! `GET /v1/messages/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::MessageId;

use super::view::{LogView, MessageView};
use crate::wire;

/// Look at a message
///
/// With what came of every attempt. Its body is never shown.
#[utoipa::path(
    get, path = "/v1/messages/{id}", operation_id = "read_message", tag = "messages",
    params(("id" = inline(wire::MessageId), Path, description = "The message.")),
    responses((status = 200, description = "The message and its attempts", body = LogView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<MessageId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let engine = gate.engine();
    let found = engine.message(who, id).await?;
    let (message, attempts) = found.ok_or_else(|| Problem::not_found("message"))?;
    let view = MessageView::one(engine, who, &message).await.with_log(&attempts);
    Ok(answer::json(StatusCode::OK, &view))
}
