//! `GET /v1/accounts`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::accounts::OpenAccount;
use cartola_http::{Authenticated, Gate, Query, Refusal, answer};
use cartola_model::Scope;

use super::view::AccountView;
use crate::page::{self, PageAsked};
use crate::wire::List;

/// List accounts
///
/// Accounts that a consent allows to be shown, in the order in which they became known.
#[utoipa::path(
    get, path = "/v1/accounts", operation_id = "list_accounts", tag = "accounts",
    params(PageAsked),
    responses((status = 200, description = "One page", body = List<AccountView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(asked): Query<PageAsked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let list = page::unfiltered("accounts", who);
    let found = gate.engine().accounts(who, asked.after(list)?, asked.limit).await?;
    let data = found.rows.iter().map(|account: &OpenAccount| AccountView::from(account)).collect();
    let body = List { data, next_cursor: page::next_cursor(found.next, list) };
    Ok(answer::json(StatusCode::OK, &body))
}
