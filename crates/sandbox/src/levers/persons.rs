//! `GET /_sandbox/persons`, `POST /_sandbox/unlock`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use cartola_primitives::Rut;
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Asked, Mistake, Refusal};
use crate::door::json;
use crate::listing::listed;
use crate::sandbox::Sandbox;
use crate::world::Customer;

/// Who is to be unlocked where.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unlock {
    /// In any written form.
    #[schema(example = "12.345.678-5")]
    rut: String,
    /// The institution's id, or its company portal's.
    #[schema(example = "banco-chile")]
    institution: String,
}

/// List the named persons
///
/// One for each scenario, with everything it takes to log in as them.
#[utoipa::path(get, path = "/_sandbox/persons", tag = "persons",
    responses((status = 200, description = "The named persons", body = Vec<serde_json::Value>)))]
pub(crate) async fn list(State(sandbox): State<Sandbox>) -> Response {
    json(StatusCode::OK, &listed(sandbox.world().population()))
}

/// Open a lock
///
/// Forgives wrong passwords, and opens the lock that a scenario begins with.
#[utoipa::path(post, path = "/_sandbox/unlock", tag = "persons", request_body = Unlock,
    responses(
        (status = 204, description = "Unlocked"),
        (status = 400, description = "No RUT", body = Mistake),
        (status = 404, description = "No such customer", body = Mistake)))]
pub(crate) async fn unlock(
    State(sandbox): State<Sandbox>,
    Asked(asked): Asked<Unlock>,
) -> Result<Response, Refusal> {
    let rut = Rut::parse(&asked.rut).map_err(|error| Refusal::wrong(error.to_string()))?;
    let customer = Customer { rut, institution: asked.institution };
    let population = sandbox.world().population();
    population
        .credentials(customer.rut, &customer.institution)
        .ok_or_else(|| Refusal::unknown("nobody of that RUT is a customer there"))?;
    sandbox.blocking(move |sandbox| sandbox.world().unlock(&customer)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
