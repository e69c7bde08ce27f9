//! `POST /_sandbox/institutions/{id}/fault`, and `DELETE`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Asked, Mistake, Refusal};
use crate::bank::bank_of;
use crate::credentials::services;
use crate::faults::{Fault, MAX_CALLS, MAX_LATENCY_MILLISECONDS};
use crate::sandbox::Sandbox;

/// What is to go wrong, and how often.
#[derive(Deserialize, ToSchema)]
pub(crate) struct Order {
    #[serde(flatten)]
    fault: Fault,
    /// For so many calls, 1 where absent.
    #[serde(default = "once")]
    calls: u32,
}

const fn once() -> u32 {
    1
}

/// Make an institution fail
///
/// For the next so many calls of any of its operations, whoever makes them. An order that comes
/// later replaces what is left of an earlier one.
#[utoipa::path(post, path = "/_sandbox/institutions/{id}/fault", tag = "faults",
    params(("id" = String, Path, description = "A bank's, its company portal's, or another institution's")), request_body = Order,
    responses(
        (status = 204, description = "It will"),
        (status = 400, description = "No such fault", body = Mistake),
        (status = 404, description = "No such institution", body = Mistake)))]
pub(crate) async fn order(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Asked(order): Asked<Order>,
) -> Result<Response, Refusal> {
    known(&id)?;
    if !(1..=MAX_CALLS).contains(&order.calls) {
        return Err(Refusal::wrong(format!("`calls` goes from 1 to {MAX_CALLS}")));
    }
    match order.fault {
        Fault::Latency { milliseconds } if milliseconds > MAX_LATENCY_MILLISECONDS => {
            let most = MAX_LATENCY_MILLISECONDS;
            return Err(Refusal::wrong(format!("`milliseconds` goes up to {most}")));
        }
        Fault::Error { status } if !(500..=599).contains(&status) => {
            return Err(Refusal::wrong("`status` goes from 500 to 599"));
        }
        fault => sandbox.faults().order(&id, fault, order.calls),
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// Let an institution work again
#[utoipa::path(delete, path = "/_sandbox/institutions/{id}/fault", tag = "faults",
    params(("id" = String, Path)),
    responses(
        (status = 204, description = "It does"),
        (status = 404, description = "No such institution", body = Mistake)))]
pub(crate) async fn clear(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    known(&id)?;
    sandbox.faults().clear(&id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn known(id: &str) -> Result<(), Refusal> {
    let is_known = bank_of(id).is_some() || services().any(|service| service.id.as_str() == id);
    is_known.then_some(()).ok_or_else(|| Refusal::unknown("the box has no institution of that id"))
}
