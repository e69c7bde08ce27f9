//! `POST /_sandbox/institutions/{id}/fault`, and `DELETE`

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::answer::{Asked as Body, Mistake, Refusal};
use crate::bank::bank_of;
use crate::credentials::services;
use crate::faults::{Fault, MAX_CALLS, MAX_LATENCY_MILLISECONDS, MAX_OPERATIONS, Moment, Order};
use crate::sandbox::Sandbox;

/// What is to go wrong, when and how often.
#[derive(Deserialize, ToSchema)]
#[schema(as = FaultOrder)]
pub(crate) struct Asked {
    #[serde(flatten)]
    fault: Fault,
    /// For so many calls, 1 where absent.
    #[serde(default = "once")]
    calls: u32,
    /// `before` or `after` it did what it was asked; before where absent.
    #[serde(default)]
    when: Moment,
    /// Only calls of these operations: the method and what stands behind `/api/v1/` and `mibanco/`,
    /// without ids, such as `POST transfer`, `GET transfer`, `POST transfer/authorization`, or
    /// `GET apistore/movimientos-saldos` of the other protocol. All where absent.
    #[serde(default)]
    #[schema(example = json!(["POST transfer"]))]
    operations: Vec<String>,
}

const fn once() -> u32 {
    1
}

/// Make an institution fail
///
/// For the next so many calls, whoever makes them. An order that comes later replaces what is left
/// of an earlier one.
#[utoipa::path(post, path = "/_sandbox/institutions/{id}/fault", tag = "faults",
    params(("id" = String, Path, description = "A bank's, its company portal's, or another institution's")), request_body = Asked,
    responses(
        (status = 204, description = "It will"),
        (status = 400, description = "No such fault", body = Mistake),
        (status = 404, description = "No such institution", body = Mistake)))]
pub(crate) async fn order(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Body(asked): Body<Asked>,
) -> Result<Response, Refusal> {
    known(&id)?;
    let Asked { fault, calls, when: moment, operations } = asked;
    if !(1..=MAX_CALLS).contains(&calls) {
        return Err(Refusal::wrong(format!("`calls` goes from 1 to {MAX_CALLS}")));
    }
    if operations.len() > MAX_OPERATIONS || !operations.iter().all(|each| is_operation(each)) {
        return Err(Refusal::wrong(format!(
            "`operations` has up to {MAX_OPERATIONS} texts such as \"POST transfer\""
        )));
    }
    checked(fault)?;
    sandbox.faults().order(&id, Order { fault, moment, calls, operations });
    Ok(StatusCode::NO_CONTENT.into_response())
}

fn checked(fault: Fault) -> Result<(), Refusal> {
    match fault {
        Fault::Latency { milliseconds } if milliseconds > MAX_LATENCY_MILLISECONDS => {
            let most = MAX_LATENCY_MILLISECONDS;
            Err(Refusal::wrong(format!("`milliseconds` goes up to {most}")))
        }
        Fault::Error { status } if !(500..=599).contains(&status) => {
            Err(Refusal::wrong("`status` goes from 500 to 599"))
        }
        _ => Ok(()),
    }
}

/// A method, a blank, and words of an address. A name that no call has would never be met.
fn is_operation(text: &str) -> bool {
    let is_of_address = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'/');
    text.split_once(' ').is_some_and(|(method, path)| {
        matches!(method, "GET" | "POST" | "DELETE")
            && !path.is_empty()
            && path.bytes().all(is_of_address)
    })
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
