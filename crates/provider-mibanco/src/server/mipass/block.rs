//! `POST /mibanco/api/v1/mibanco/mipass/enrolments/{enrolment_id}/block`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Gate, answer};
use cartola_model::Scope;
use cartola_primitives::id::EnrolmentId;

use super::super::caller::Session;
use super::super::refused::{Told as Error, answered};
use super::told::EnrolmentTold;
use super::unknown;

/// Block a phone from afar
///
/// For one that was lost. What waited for it is cancelled, and it is never unblocked.
#[utoipa::path(
    post, path = "/api/v1/mibanco/mipass/enrolments/{enrolment_id}/block",
    operation_id = "block_phone", tag = "mi pass",
    params(("enrolment_id" = String, Path, description = "The phone")),
    responses(
        (status = 200, description = "The phone as it stands now", body = EnrolmentTold),
        (status = 404, description = "`AUTHORIZATION_NOT_FOUND`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn block(
    State(gate): State<Gate>,
    caller: Session,
    Path(enrolment_id): Path<String>,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let id: EnrolmentId = enrolment_id.parse().map_err(|_| unknown())?;
        let known = engine.enrolment(&session.who, id).await?;
        let known = known.filter(|known| Some(known.row.person) == session.link.person);
        let known = known.ok_or_else(unknown)?;
        let blocked = engine.block_phone(&session.who, known.row.id).await?;
        Ok(answer::json(StatusCode::OK, &EnrolmentTold::from(blocked)))
    };
    answered(&gate, told.await)
}
