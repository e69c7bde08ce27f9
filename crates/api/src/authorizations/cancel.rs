//! `POST /v1/authorizations/{id}/cancel`

use axum::extract::State;
use axum::response::Response;
use cartola_engine::once::Reply;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::AuthorizationId;

use super::view::{AuthorizationView, recorded};
use crate::wire;

/// Cancel an authorization
///
/// One that waits is asked no more; one that was approved and not used is of no use any more. The body is
/// empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/authorizations/{id}/cancel", operation_id = "cancel_authorization",
    tag = "authorizations",
    params(("id" = inline(wire::AuthorizationId), Path, description = "The authorization.")),
    responses((status = 200, description = "As it stands now", body = AuthorizationView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found", "approval_ended"]))),
)]
pub async fn cancel(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<AuthorizationId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "authorizations.cancel", request).await?;
    let reply = Reply { ticket: ticket.as_ref(), render: &recorded };
    let authorization = engine.cancel_authorization_replying(who, id, reply).await?;
    Ok(answer::fresh(recorded(&authorization)))
}
