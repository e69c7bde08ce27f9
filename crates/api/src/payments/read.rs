//! `GET /v1/payments/{id}`

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_http::parameters::{FromQuery, Parameters};
use cartola_http::{Authenticated, Gate, PathId, Problem, Query, Refusal, answer, parse};
use cartola_model::Scope;
use cartola_primitives::id::PaymentId;
use utoipa::IntoParams;

use super::view::PaymentView;
use super::waited;
use crate::wire;

/// Whether to wait.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// How long to wait for the bank, or for another version than `seen`, at most.
    #[param(required = false, value_type = u32, minimum = 0, maximum = 50, default = 0)]
    wait_seconds: Duration,
    /// The `version` that the caller knows.
    #[param(required = false, value_type = u32, minimum = 1)]
    seen: Option<usize>,
}

impl FromQuery for Asked {
    fn read(parameters: &mut Parameters<'_>) -> Result<Self, Problem> {
        let seen = parameters.optional("seen", parse::whole(1..=u32::MAX as usize))?;
        Ok(Self { wait_seconds: waited(parameters)?, seen })
    }
}

/// Look at a payment
///
/// With `wait_seconds`, the answer comes once the payment has ended, or stands otherwise than in
/// `seen` and its bank is not just being asked, or the time is over.
#[utoipa::path(
    get, path = "/v1/payments/{id}", operation_id = "read_payment", tag = "payments",
    params(("id" = inline(wire::PaymentId), Path, description = "The payment."), Asked),
    responses((status = 200, description = "The payment", body = PaymentView)),
    security(("api_key" = ["read"])),
    extensions(("x-problems" = json!(["parameter_invalid", "not_found"]))),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<PaymentId>,
    Query(asked): Query<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Read)?;
    let seen = asked.seen.and_then(|seen| u32::try_from(seen).ok());
    let found = gate.engine().next_payment(who, id, seen, asked.wait_seconds).await?;
    let payment = found.ok_or_else(|| Problem::not_found("payment"))?;
    Ok(answer::json(StatusCode::OK, &PaymentView::from(payment)))
}
