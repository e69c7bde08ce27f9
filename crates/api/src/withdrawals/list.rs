//! `GET /v1/withdrawals`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::instructions::InstructionStanding;
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::Rut;
use utoipa::IntoParams;

use super::KIND;
use crate::instructions::Standing;
use crate::instructions::view::InstructionView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those that stand so alone.
    #[param(required = false, value_type = wire::InstructionState)]
    state: Option<InstructionStanding>,
    /// Those whose cash this RUT may take alone, in any written form.
    #[param(required = false, value_type = String, example = "12.345.678-5")]
    rut: Option<Rut>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let Standing { state } = Standing::read(parameters)?;
        Ok(Self { state, rut: parameters.optional("rut", parse::rut)? })
    }
}

/// List withdrawals
///
/// In the order in which they were asked for. No code is among it.
#[utoipa::path(
    get, path = "/v1/withdrawals", operation_id = "list_withdrawals", tag = "withdrawals",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<InstructionView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((asked, paged)): Query<(Asked, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let about = asked.rut.map(|rut| rut.compact());
    let state = asked.state.map_or("", InstructionStanding::name);
    let filters = format!("{state}/{}", about.as_deref().unwrap_or_default());
    let filters = filters.as_bytes();
    let list = CursorList { name: "withdrawals", tenant: who.tenant, filters };
    let (after, limit) = (paged.after(list)?, paged.limit);
    let wanted = (asked.state, about.as_deref());
    let found = gate.engine().instructions(who, KIND, wanted, (after, limit)).await?;
    Ok(answer::json(StatusCode::OK, &page::shown(found, list, InstructionView::from)))
}
