//! `GET /v1/institutions`, `GET /v1/institutions/{id}`

mod view;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::parameters::PathText;
use cartola_http::{Authenticated, Gate, Problem, Query, Refusal, answer, parse};
use cartola_model::{Catalogue, InstitutionId, Scope};

use self::view::InstitutionView;
use crate::wire::{self, List};

/// The institution, if the catalogue has it.
pub(crate) fn known(id: InstitutionId) -> Result<InstitutionId, Problem> {
    match Catalogue::bundled().find(&id) {
        Some(_) => Ok(id),
        None => Err(Problem::not_found("institution")),
    }
}

/// List institutions
///
/// The catalogue that this gateway was built with, by id, with what this gateway is set up to do at
/// each: `products` are read through links, `payments` says whether customers can pay from there, and
/// `credentials` how they sign in. The list is always whole.
#[utoipa::path(
    get, path = "/v1/institutions", operation_id = "list_institutions", tag = "institutions",
    responses((status = 200, description = "All of them", body = List<InstitutionView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid"]))),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    caller.may(Scope::Read)?;
    let view = |row| InstitutionView::of(gate.engine(), row);
    let body = List::whole(Catalogue::bundled().iter().map(view).collect());
    Ok(answer::json(StatusCode::OK, &body))
}

/// Read an institution
#[utoipa::path(
    get, path = "/v1/institutions/{id}", operation_id = "read_institution", tag = "institutions",
    params(("id" = inline(wire::InstitutionId), Path, description = "The institution.")),
    responses((status = 200, description = "The institution", body = InstitutionView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathText(id): PathText,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    caller.may(Scope::Read)?;
    let id = parse::institution(&id).map_err(|why| Problem::parameter("id", why))?;
    let found = Catalogue::bundled().find(&id);
    let institution = found.ok_or_else(|| Problem::not_found("institution"))?;
    Ok(answer::json(StatusCode::OK, &InstitutionView::of(gate.engine(), institution)))
}
