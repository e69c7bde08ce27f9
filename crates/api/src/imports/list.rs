//! `GET /v1/imports`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::id::AccountId;
use utoipa::IntoParams;

use super::ended::ended;
use super::view::ImportView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which imports are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Into one account only.
    #[param(required = false, value_type = wire::AccountId)]
    account_id: Option<AccountId>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(Self { account_id: parameters.optional("account_id", parse::id)? })
    }
}

/// List imports
///
/// In the order in which they came, without their findings. An account that is unknown, or that
/// no consent allows any longer, is not found.
#[utoipa::path(
    get, path = "/v1/imports", operation_id = "list_imports", tag = "imports",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<ImportView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid", "not_found"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((asked, page)): Query<(Asked, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let engine = gate.engine();
    let account = asked.account_id;
    if let Some(account) = account
        && !engine.shows_account(who, account).await?
    {
        return Err(Problem::not_found("account").into());
    }
    let filters = format!("{account:?}");
    let list = CursorList { name: "imports", tenant: who.tenant, filters: filters.as_bytes() };
    let found = engine.imports(who, account, page.after(list)?, page.limit).await?;
    let ended = ended(engine, who, &found.rows).await?;
    let view = |row| ImportView::of(row, ended.contains(&row.consent));
    let data = found.rows.iter().map(view).collect();
    let body = List { data, next_cursor: page::next_cursor(found.next, list) };
    Ok(answer::json(StatusCode::OK, &body))
}
