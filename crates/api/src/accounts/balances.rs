//! `GET /v1/accounts/{id}/balances`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::AccountId;

use super::view::BalanceView;
use crate::wire::{self, List};

/// Read an account's balances
///
/// The latest reading of each kind of balance. The list is always whole.
#[utoipa::path(
    get, path = "/v1/accounts/{id}/balances", operation_id = "read_account_balances",
    tag = "accounts",
    params(("id" = inline(wire::AccountId), Path, description = "The account.")),
    responses((status = 200, description = "Its balances", body = List<BalanceView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn balances(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<AccountId>,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let rows = gate.engine().balances(who, id).await?;
    let rows = rows.ok_or_else(|| Problem::not_found("account"))?;
    let body = List::whole(rows.iter().map(BalanceView::from).collect());
    Ok(answer::json(StatusCode::OK, &body))
}
