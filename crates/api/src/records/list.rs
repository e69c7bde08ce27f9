//! `GET /v1/records`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::records::RecordFilter;
use cartola_http::cursor::List as CursorList;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::{RecordKind, Scope};
use cartola_primitives::id::LinkId;
use utoipa::IntoParams;

use super::view::RecordView;
use crate::page::{self, PageAsked};
use crate::wire::{self, List};

/// Every product by its name.
static PRODUCTS: [(&str, RecordKind); RecordKind::ALL.len()] = {
    let mut products = [("", RecordKind::Identity); RecordKind::ALL.len()];
    let mut place = 0;
    while place < products.len() {
        products[place] = (RecordKind::ALL[place].name(), RecordKind::ALL[place]);
        place += 1;
    }
    products
};

/// Which records are asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Those that were read through one link.
    #[param(required = false, value_type = wire::LinkId)]
    link_id: Option<LinkId>,
    /// Those of one product.
    #[param(required = false, inline, value_type = wire::ProductName)]
    product: Option<RecordKind>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        Ok(Self {
            link_id: parameters.optional("link_id", parse::id)?,
            product: parameters.optional("product", parse::one_of(&PRODUCTS))?,
        })
    }
}

/// List records
///
/// Newest first: the first one of a link and product is what its institution told last. Those whose
/// consent has ended are left out. What a link has never been asked for, it has no record of;
/// what its person does not have, it has an empty one of.
#[utoipa::path(
    get, path = "/v1/records", operation_id = "list_records", tag = "records",
    params(Asked, PageAsked),
    responses((status = 200, description = "One page", body = List<RecordView>)),
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
    let filters = format!("{asked:?}");
    let list = CursorList { name: "records", tenant: who.tenant, filters: filters.as_bytes() };
    let filter = RecordFilter { link: asked.link_id, kind: asked.product };
    let found = engine.records(who, filter, page.after(list)?, page.limit).await?;
    let data = found.rows.iter().map(RecordView::from).collect();
    let body = List { data, next_cursor: page::next_cursor(found.next, list) };
    Ok(answer::json(StatusCode::OK, &body))
}
