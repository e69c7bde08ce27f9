//! `GET /v1/enrolments/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::EnrolmentId;

use super::view::EnrolmentView;
use crate::wire;

/// Look at a phone
#[utoipa::path(
    get, path = "/v1/enrolments/{id}", operation_id = "read_enrolment", tag = "authorizations",
    params(("id" = inline(wire::EnrolmentId), Path, description = "The phone.")),
    responses((status = 200, description = "The phone", body = EnrolmentView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<EnrolmentId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let found = gate.engine().enrolment(who, id).await?;
    let enrolment = found.ok_or_else(|| Problem::not_found("enrolment"))?;
    Ok(answer::json(StatusCode::OK, &EnrolmentView::from(enrolment)))
}
