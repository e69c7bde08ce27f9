//! `DELETE /apistore/api/notificaciones/suscripciones/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use cartola_http::{Gate, PathId, Refusal};
use cartola_model::Scope;
use cartola_primitives::id::CredentialId;

use super::super::AUDIENCE;
use super::super::caller::Caller;
use super::super::refused::{Refused, Told};

/// End a subscription
///
/// Nothing more is told. What was written before is still delivered.
#[utoipa::path(
    delete, path = "/api/notificaciones/suscripciones/{id}", operation_id = "unsubscribe",
    tag = "notificaciones",
    params(("id" = String, Path, description = "The subscription.")),
    responses(
        (status = 204, description = "It has ended"),
        (status = 400, description = "`invalid_request`: no id", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 404, description = "`not_found`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["manage"])),
)]
pub async fn end(
    State(gate): State<Gate>,
    caller: Caller,
    id: Result<PathId<CredentialId>, Refusal>,
) -> Result<StatusCode, Refused> {
    let who = caller.may(Scope::Manage)?;
    let PathId(id) = id?;
    gate.engine().unsubscribe(who, AUDIENCE.name(), id).await?;
    Ok(StatusCode::NO_CONTENT)
}
