//! `POST /v1/enrolments/{id}/block`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::Enrolment;
use cartola_engine::once::Reply;
use cartola_http::body::Nothing;
use cartola_http::once::Fingerprint;
use cartola_http::{Authenticated, Gate, IdempotencyKey, PathId, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::EnrolmentId;

use super::view::EnrolmentView;
use crate::wire;

/// Block a phone
///
/// For one that was lost or stolen. Nothing is approved on it any more, and what waited for it is
/// cancelled. It is never unblocked: the person enrols a phone anew. One that ended already is answered
/// as it stands. The body is empty, or an empty object.
#[utoipa::path(
    post, path = "/v1/enrolments/{id}/block", operation_id = "block_enrolment",
    tag = "authorizations",
    params(("id" = inline(wire::EnrolmentId), Path, description = "The phone.")),
    responses((status = 200, description = "The phone as it stands now", body = EnrolmentView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn block(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<EnrolmentId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Nothing: Nothing,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let request = Fingerprint::default().with(Some(id.as_bytes()));
    let ticket = key.ticket(engine, who, "enrolments.block", request).await?;
    let render = |enrolment: &Enrolment| {
        answer::recorded(StatusCode::OK, &EnrolmentView::from(enrolment.clone()))
    };
    let reply = Reply { ticket: ticket.as_ref(), render: &render };
    let enrolment = engine.block_phone_replying(who, id, reply).await?;
    Ok(answer::fresh(render(&enrolment)))
}
