//! `GET /v1/accounts/{id}`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::AccountId;

use super::view::AccountView;
use crate::wire;

/// Read an account
#[utoipa::path(
    get, path = "/v1/accounts/{id}", operation_id = "read_account", tag = "accounts",
    params(("id" = inline(wire::AccountId), Path, description = "The account.")),
    responses((status = 200, description = "The account", body = AccountView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<AccountId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let account = gate.engine().account(who, id).await?;
    let account = account.ok_or_else(|| Problem::not_found("account"))?;
    Ok(answer::json(StatusCode::OK, &AccountView::from(&account)))
}
