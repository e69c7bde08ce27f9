//! `GET /v1/balances`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, Query, Refusal, answer};
use cartola_model::Scope;

use super::view::BalanceView;
use crate::page::{self, PageAsked};
use crate::wire::List;

/// List balances
///
/// The latest reading of each kind of balance, account by account. `limit` counts accounts.
#[utoipa::path(
    get, path = "/v1/balances", operation_id = "list_balances", tag = "accounts",
    params(PageAsked),
    responses((status = 200, description = "One page", body = List<BalanceView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn all_balances(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(asked): Query<PageAsked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let list = page::unfiltered("balances", who);
    let found = gate.engine().accounts(who, asked.after(list)?, asked.limit).await?;
    let mut data = Vec::new();
    for account in &found.rows {
        // An account whose last consent ends between the two reads has nothing to show any more.
        let rows = gate.engine().balances(who, account.row.id).await?.unwrap_or_default();
        data.extend(rows.iter().map(BalanceView::from));
    }
    let body = List { data, next_cursor: page::next_cursor(found.next, list) };
    Ok(answer::json(StatusCode::OK, &body))
}
