//! `GET /v1/enrolments`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::EnrolmentStanding;
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Text;
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::Rut;
use utoipa::IntoParams;

use super::view::EnrolmentView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which phones are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those of this person alone.
    #[param(required = false, value_type = String)]
    rut: Option<Rut>,
    /// Those that stand so alone.
    #[param(required = false, value_type = wire::EnrolmentState)]
    state: Option<EnrolmentStanding>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let unknown =
            || Text::fixed("expected a state of phones", "se esperaba un estado de los teléfonos");
        let state = |text: &str| EnrolmentStanding::parse(text).ok_or_else(unknown);
        Ok(Self {
            rut: parameters.optional("rut", parse::rut)?,
            state: parameters.optional("state", state)?,
        })
    }
}

/// List phones
///
/// Newest first: those that approve, and those that did.
#[utoipa::path(
    get, path = "/v1/enrolments", operation_id = "list_enrolments", tag = "authorizations",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<EnrolmentView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((asked, paged)): Query<(Asked, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let rut = asked.rut.map(|rut| rut.compact()).unwrap_or_default();
    let filters = format!("{rut}\n{}", asked.state.map_or("", EnrolmentStanding::name));
    let list = CursorList { name: "enrolments", tenant: who.tenant, filters: filters.as_bytes() };
    let (before, limit) = (paged.after(list)?, paged.limit);
    let found = gate.engine().enrolments(who, (asked.rut, asked.state), before, limit).await?;
    Ok(answer::json(StatusCode::OK, &page::shown(found, list, EnrolmentView::from)))
}
