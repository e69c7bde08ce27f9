//! `POST /v1/consents/{id}/revoke`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::Reply;
use cartola_engine::rows::ConsentRow;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::ConsentId;

use super::view::ConsentView;
use crate::wire;

/// Revoke a consent
///
/// From the next request on, nothing is served that only this consent allowed; what another
/// consent allows too stays. A consent is never given back: import the file again instead. The
/// body is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/consents/{id}/revoke", operation_id = "revoke_consent", tag = "consents",
    params(("id" = inline(wire::ConsentId), Path, description = "The consent.")),
    responses((status = 200, description = "The consent as it now stands", body = ConsentView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found", "consent_ended"]))),
)]
pub async fn revoke(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<ConsentId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "consents.revoke", request).await?;
    let render =
        |row: &ConsentRow| answer::recorded(StatusCode::OK, &ConsentView::at(row, engine.now()));
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let row = engine.revoke_consent(who, id, reply).await?;
    Ok(answer::fresh(render(&row)))
}
