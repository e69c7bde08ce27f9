//! `GET /v1/institutions`, `GET /v1/institutions/{id}`

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::parameters::PathText;
use cartola_http::{Authenticated, Problem, Query, Refusal, answer, parse};
use cartola_model::institution::InstitutionKind;
use cartola_model::{Catalogue, Institution, Scope};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, List};

/// An institution of the catalogue.
#[derive(Serialize, ToSchema)]
#[schema(as = Institution)]
pub struct InstitutionView<'a> {
    #[schema(value_type = wire::InstitutionId)]
    id: &'a str,
    /// The name that people know.
    #[schema(example = "Banco de Chile")]
    name: &'a str,
    #[schema(value_type = wire::InstitutionKind)]
    kind: InstitutionKind,
    /// The CMF's code, three digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "001")]
    cmf_code: Option<&'a str>,
    /// Of a company portal: the bank whose accounts are read there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<wire::InstitutionId>)]
    bank: Option<&'a str>,
    /// What each protocol calls it.
    names: &'a BTreeMap<String, String>,
}

impl<'a> From<&'a Institution> for InstitutionView<'a> {
    fn from(institution: &'a Institution) -> Self {
        Self {
            id: institution.id.as_str(),
            name: &institution.name,
            kind: institution.kind,
            cmf_code: institution.cmf_code.as_deref(),
            bank: institution.bank.as_ref().map(cartola_model::InstitutionId::as_str),
            names: &institution.names,
        }
    }
}

/// List institutions
///
/// The catalogue that this gateway was built with, by id. The list is always whole.
#[utoipa::path(
    get, path = "/v1/institutions", operation_id = "list_institutions", tag = "institutions",
    responses((status = 200, description = "All of them", body = List<InstitutionView>)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid"]))),
)]
pub async fn list(caller: Authenticated, Query(()): Query<()>) -> Result<Response, Refusal> {
    caller.may(Scope::Read)?;
    let body = List::whole(Catalogue::bundled().iter().map(InstitutionView::from).collect());
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
    caller: Authenticated,
    PathText(id): PathText,
    Query(()): Query<()>,
) -> Result<Response, Refusal> {
    caller.may(Scope::Read)?;
    let id = parse::institution(&id).map_err(|why| Problem::parameter("id", why))?;
    let found = Catalogue::bundled().find(&id);
    let institution = found.ok_or_else(|| Problem::not_found("institution"))?;
    Ok(answer::json(StatusCode::OK, &InstitutionView::from(institution)))
}
