//! `GET /v1/matters`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Text;
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::{MatterKind, MatterState, Scope};
use utoipa::IntoParams;

use super::said::KINDS;
use super::view::MatterView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which matters are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those of this kind alone.
    #[param(required = false, value_type = wire::MatterKind)]
    kind: Option<MatterKind>,
    /// Those that stand so alone.
    #[param(required = false, value_type = wire::MatterState)]
    state: Option<MatterState>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let state = |text: &str| {
            let why = ("expected a state of matters", "se esperaba un estado de los casos");
            MatterState::parse(text).ok_or_else(|| Text::fixed(why.0, why.1))
        };
        Ok(Self {
            kind: parameters.optional("kind", parse::one_of(&KINDS))?,
            state: parameters.optional("state", state)?,
        })
    }
}

/// List matters
///
/// In the order in which they were opened.
#[utoipa::path(
    get, path = "/v1/matters", operation_id = "list_matters", tag = "matters",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<MatterView>)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((asked, page)): Query<(Asked, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let Asked { kind, state } = asked;
    let filters =
        format!("{}\n{}", kind.map_or("", MatterKind::name), state.map_or("", MatterState::name));
    let list = CursorList { name: "matters", tenant: who.tenant, filters: filters.as_bytes() };
    let found = gate.engine().matters(who, (kind, state), page.after(list)?, page.limit).await?;
    let body = page::shown(found, list, MatterView::from);
    Ok(answer::json(StatusCode::OK, &body))
}
