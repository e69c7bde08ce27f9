//! `POST /apistore/api/notificaciones/suscripciones/{id}/secreto`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::Reply;
use cartola_engine::subscriptions::Subscribed;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Gate, IdempotencyKey, PathId, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::CredentialId;

use super::super::AUDIENCE;
use super::super::caller::Caller;
use super::super::refused::{Refused, Told};
use super::shown_once;
use crate::wire::Subscription;

/// Rotate a subscription's secret
///
/// The new secret, in this answer alone, signs what is told from now on; the one before it signs
/// beside it for a day. With an `Idempotency-Key` the same call has one effect.
#[utoipa::path(
    post, path = "/api/notificaciones/suscripciones/{id}/secreto",
    operation_id = "rotate_subscription", tag = "notificaciones",
    params(("id" = String, Path, description = "The subscription.")),
    responses(
        (status = 201, description = "The subscription with its new secret", body = Subscription),
        (status = 400, description = "`invalid_request`: no id, or a body", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 404, description = "`not_found`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["manage"])),
)]
pub async fn rotate(
    State(gate): State<Gate>,
    caller: Caller,
    id: Result<PathId<CredentialId>, Refusal>,
    key: Result<IdempotencyKey, Refusal>,
    nothing: Result<Nothing, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Manage)?;
    let (PathId(id), key, _) = (id?, key?, nothing?);
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(gate.engine(), who, "apistore.rotate", request).await?;
    let render = |rotated: &Subscribed| answer::recorded(StatusCode::CREATED, &shown_once(rotated));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let of = (AUDIENCE.name(), id);
    let rotated = gate.engine().rotate_subscription(who, of, reply).await?;
    Ok(answer::fresh(render(&rotated)))
}
