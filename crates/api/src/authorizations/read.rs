//! `GET /v1/authorizations/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::AuthorizationId;

use super::view::AuthorizationView;
use crate::wire;

/// Look at an authorization
#[utoipa::path(
    get, path = "/v1/authorizations/{id}", operation_id = "read_authorization",
    tag = "authorizations",
    params(("id" = inline(wire::AuthorizationId), Path, description = "The authorization.")),
    responses((status = 200, description = "The authorization", body = AuthorizationView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<AuthorizationId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let found = gate.engine().authorization(who, id).await?;
    let authorization = found.ok_or_else(|| Problem::not_found("authorization"))?;
    Ok(answer::json(StatusCode::OK, &AuthorizationView::from(authorization)))
}
