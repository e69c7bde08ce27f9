//! `GET /v1/consents`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::{Authenticated, Gate, Query, Refusal, answer};
use cartola_model::Scope;

use super::view::ConsentView;
use crate::page::{self, PageAsked};
use crate::wire::List;

/// List consents
///
/// Those that have ended too, in the order in which they were given.
#[utoipa::path(
    get, path = "/v1/consents", operation_id = "list_consents", tag = "consents",
    params(PageAsked),
    responses((status = 200, description = "One page", body = List<ConsentView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(asked): Query<PageAsked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let list = page::unfiltered("consents", who);
    let now = gate.engine().now();
    let found = gate.engine().consents(who, asked.after(list)?, asked.limit).await?;
    let body = page::shown(found, list, |row| ConsentView::at(&row, now));
    Ok(answer::json(StatusCode::OK, &body))
}
