//! `GET /v1/payments`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::payments::PaymentStanding;
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::problem::Text;
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use utoipa::IntoParams;

use super::view::PaymentView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Which payments are listed.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those that stand so alone.
    #[param(required = false, value_type = wire::PaymentState)]
    state: Option<PaymentStanding>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let unknown =
            || Text::fixed("expected a state of payments", "se esperaba un estado de los pagos");
        let state = |text: &str| PaymentStanding::parse(text).ok_or_else(unknown);
        Ok(Self { state: parameters.optional("state", state)? })
    }
}

/// List payments
///
/// In the order in which they were asked for.
#[utoipa::path(
    get, path = "/v1/payments", operation_id = "list_payments", tag = "payments",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<PaymentView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((asked, paged)): Query<(Asked, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let filters = asked.state.map_or("", PaymentStanding::name).as_bytes();
    let list = CursorList { name: "payments", tenant: who.tenant, filters };
    let (after, limit) = (paged.after(list)?, paged.limit);
    let found = gate.engine().payments(who, asked.state, after, limit).await?;
    Ok(answer::json(StatusCode::OK, &page::shown(found, list, PaymentView::from)))
}
