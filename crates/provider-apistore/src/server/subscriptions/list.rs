//! `GET /apistore/api/notificaciones/suscripciones`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Gate, answer};
use cartola_model::Scope;

use super::super::AUDIENCE;
use super::super::caller::Caller;
use super::super::refused::{Refused, Told};
use crate::wire::{Subscription, Subscriptions};

/// List subscriptions
///
/// Those that hold. The list is always whole.
#[utoipa::path(
    get, path = "/api/notificaciones/suscripciones", operation_id = "list_subscriptions",
    tag = "notificaciones",
    responses(
        (status = 200, description = "Subscriptions, without their secrets", body = Subscriptions),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn list(State(gate): State<Gate>, caller: Caller) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let known = gate.engine().subscriptions(who, AUDIENCE.name()).await?;
    let shown = known.into_iter().map(|known| Subscription {
        id: known.id.to_string(),
        url: known.url,
        since: known.since.to_string(),
        secret: None,
    });
    let body = Subscriptions { subscriptions: shown.collect() };
    Ok(answer::json(StatusCode::OK, &body))
}
