//! `GET /v1/bill-payments`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::instructions::InstructionStanding;
use cartola_http::cursor::List as CursorList;
use cartola_http::{Authenticated, Gate, Query, Refusal, answer};
use cartola_model::Scope;

use super::KIND;
use crate::instructions::Standing;
use crate::instructions::view::InstructionView;
use crate::page::{self, PageAsked};
use crate::wire::List;

/// List payments of bills
///
/// In the order in which they were asked for.
#[utoipa::path(
    get, path = "/v1/bill-payments", operation_id = "list_bill_payments", tag = "bill-payments",
    params(Standing, PageAsked),
    responses((status = 200, description = "One page", body = List<InstructionView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "cursor_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query((standing, paged)): Query<(Standing, PageAsked)>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let filters = standing.state.map_or("", InstructionStanding::name).to_owned();
    let filters = filters.as_bytes();
    let list = CursorList { name: "bill_payments", tenant: who.tenant, filters };
    let (after, limit) = (paged.after(list)?, paged.limit);
    let wanted = (standing.state, None);
    let found = gate.engine().instructions(who, KIND, wanted, (after, limit)).await?;
    Ok(answer::json(StatusCode::OK, &page::shown(found, list, InstructionView::from)))
}
