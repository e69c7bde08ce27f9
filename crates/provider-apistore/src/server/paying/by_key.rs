//! Payments and deposits by the `Idempotency-Key` that they were asked for under: for whoever has lost
//! the answer that named their `id`.

use axum::extract::State;
use axum::response::Response;
use cartola_http::parameters::PathText;
use cartola_http::{Gate, Refusal};
use cartola_model::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::caller::Caller;
use super::super::refused::{Refused, Told};
use super::deposits::Shown;
use super::product::{Standing, never};
use super::{deposits, payments, shown};
use crate::wire;

/// A payment, or that none was begun.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = PaymentTakenBack)]
enum PaymentShown {
    /// As it stands.
    Begun(Box<wire::Payment>),
    /// None was begun, and none will be under this key.
    Never(wire::NeverBegun),
}

/// A deposit or a batch, or that none was begun.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = DepositTakenBack)]
enum DepositShown {
    /// As it stands.
    Begun(Shown),
    /// None was begun, and none will be under this key.
    Never(wire::NeverBegun),
}

/// Look at a payment by its key
///
/// By the `Idempotency-Key` under which it was asked for. `not_found` says that nothing was begun under
/// it so far, which does not exclude a call that is still on its way.
#[utoipa::path(
    get, path = "/api/pagos/clave/{key}", operation_id = "read_payment_by_key", tag = "pagos",
    params(("key" = String, Path, description = "The `Idempotency-Key`, percent-encoded.")),
    responses(
        (status = 200, description = "The payment as it stands", body = wire::Payment),
        (status = 400, description = "`invalid_request`: no key", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 404, description = "`not_found`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn payment(
    State(gate): State<Gate>,
    caller: Caller,
    key: Result<PathText, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let show = |(payout, payments): &Standing| shown::single(payout, payments);
    payments::PRODUCT.by_key(gate.engine(), who, key, show).await
}

/// Take a payment back by its key
///
/// Gives up a payment that its bank does not have all of, as `POST /v1/payments/{id}/cancel` does, and
/// tells how it stands then: it may have been paid. Where nothing was begun under the key, nothing will
/// be, for a day: what still arrives is `idempotency_key_reused`.
#[utoipa::path(
    post, path = "/api/pagos/clave/{key}/anulacion", operation_id = "take_payment_back",
    tag = "pagos",
    params(("key" = String, Path, description = "The `Idempotency-Key`, percent-encoded.")),
    responses(
        (status = 200, description = "The payment as it stands, or that none was begun", body = PaymentShown),
        (status = 400, description = "`invalid_request`: no key", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
        (status = 503, description = "`temporarily_unavailable`", body = Told),
    ),
    security(("client_credentials" = ["manage"])),
)]
pub async fn take_payment_back(
    State(gate): State<Gate>,
    caller: Caller,
    key: Result<PathText, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Manage)?;
    let begun = |(payout, payments): &Standing| {
        PaymentShown::Begun(Box::new(shown::single(payout, payments)))
    };
    let show = |stands: Option<&Standing>| stands.map_or(PaymentShown::Never(never()), begun);
    payments::PRODUCT.take_back(gate.engine(), who, key, show).await
}

/// Look at a deposit by its key
///
/// By the `Idempotency-Key` under which it was asked for, as of a payment. Of a batch, with all its
/// lines.
#[utoipa::path(
    get, path = "/api/abono-en-linea/clave/{key}", operation_id = "read_deposit_by_key",
    tag = "abono en línea",
    params(("key" = String, Path, description = "The `Idempotency-Key`, percent-encoded.")),
    responses(
        (status = 200, description = "The deposit as it stands", body = Shown),
        (status = 400, description = "`invalid_request`: no key", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 404, description = "`not_found`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn deposit(
    State(gate): State<Gate>,
    caller: Caller,
    key: Result<PathText, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let show = |(payout, payments): &Standing| Shown::whole(who, payout, payments);
    deposits::PRODUCT.by_key(gate.engine(), who, key, show).await
}

/// Take a deposit back by its key
///
/// As of a payment; of a batch, every line that its bank does not have all of.
#[utoipa::path(
    post, path = "/api/abono-en-linea/clave/{key}/anulacion", operation_id = "take_deposit_back",
    tag = "abono en línea",
    params(("key" = String, Path, description = "The `Idempotency-Key`, percent-encoded.")),
    responses(
        (status = 200, description = "The deposit as it stands, or that none was begun", body = DepositShown),
        (status = 400, description = "`invalid_request`: no key", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
        (status = 503, description = "`temporarily_unavailable`", body = Told),
    ),
    security(("client_credentials" = ["manage"])),
)]
pub async fn take_deposit_back(
    State(gate): State<Gate>,
    caller: Caller,
    key: Result<PathText, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Manage)?;
    let begun =
        |(payout, payments): &Standing| DepositShown::Begun(Shown::whole(who, payout, payments));
    let show = |stands: Option<&Standing>| stands.map_or(DepositShown::Never(never()), begun);
    deposits::PRODUCT.take_back(gate.engine(), who, key, show).await
}
