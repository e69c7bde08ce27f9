//! `GET /v1/consents`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::id::LinkId;
use utoipa::IntoParams;

use super::view::ConsentView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which consents are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those of one link.
    #[param(required = false, value_type = wire::LinkId)]
    link_id: Option<LinkId>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(Self { link_id: parameters.optional("link_id", parse::id)? })
    }
}

/// List consents
///
/// Those that have ended too, in the order in which they were given. A link that is unknown is not
/// found.
#[utoipa::path(
    get, path = "/v1/consents", operation_id = "list_consents", tag = "consents",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<ConsentView>)),
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
    if let Some(link) = asked.link_id
        && engine.link(who, link).await?.is_none()
    {
        return Err(Problem::not_found("link").into());
    }
    let filters = asked.link_id.map(|link| link.to_string()).unwrap_or_default();
    let list = CursorList { name: "consents", tenant: who.tenant, filters: filters.as_bytes() };
    let now = engine.now();
    let found = engine.consents(who, asked.link_id, page.after(list)?, page.limit).await?;
    let body = page::shown(found, list, |row| ConsentView::at(&row, now));
    Ok(answer::json(StatusCode::OK, &body))
}
