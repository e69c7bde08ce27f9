//! `/apistore/api/pagos`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::payouts::PayoutStanding;
use cartola_http::problem::Text;
use cartola_http::{Approval, Gate, IdempotencyKey, Json, PathId, Problem, Query, Refusal, answer};
use cartola_model::Scope;
use cartola_primitives::id::PayoutId;

use super::super::caller::Caller;
use super::super::refused::{Refused, Told};
use super::order::Single;
use super::product::Product;
use super::{Paged, begin, created, list_of, next_of, shown};
use crate::wire;

/// What they have in common with deposits.
pub const PRODUCT: Product = Product { list: "apistore.pagos", unknown };

/// Pay
///
/// Asks the bank of the account for a transfer, with what a link keeps that was begun for payments. The
/// bank is told in the background: look at the payment, or be told by a subscription. The same
/// `Idempotency-Key` with the same body is one payment, and for a day the same answer; after that, the
/// payment as it stands then.
#[utoipa::path(
    post, path = "/api/pagos", operation_id = "create_payment", tag = "pagos",
    params(
        ("Idempotency-Key" = String, Header, description = "1 to 255 printable ASCII characters of the caller's."),
        ("X-MiPass-Token" = Option<String>, Header, description = "The token of the approval of exactly this payment, where such a one is required."),
    ),
    request_body = Single,
    responses(
        (status = 201, description = "The payment", body = wire::Payment),
        (status = 400, description = "`invalid_request`: no JSON; no key, or an unsound one", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`; `authorization_required`: the account's holder has to approve it on their phone", body = Told),
        (status = 404, description = "`not_found`: no such account to pay from; what was begun under the key was erased with whoever paid", body = Told),
        (status = 409, description = "`account_not_enabled`: no link may pay from the account; `authorization_invalid`: the approval is of something else, unknown or no more", body = Told),
        (status = 422, description = "`invalid_request`: the body; `idempotency_key_reused`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
        (status = 503, description = "`temporarily_unavailable`", body = Told),
    ),
    security(("client_credentials" = ["manage"])),
)]
pub async fn create(
    State(gate): State<Gate>,
    caller: Caller,
    key: Result<IdempotencyKey, Refusal>,
    approval: Approval,
    asked: Result<Json<Single>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Manage)?;
    let (key, Json(asked)) = (key?, asked?);
    let render = |begun: &PayoutStanding| created(&shown::single(&begun.payout, &begun.payments));
    begin(&gate, who, (&key, &approval), (PRODUCT.list, asked.read()?), &render).await
}

/// List payments
///
/// The oldest first.
#[utoipa::path(
    get, path = "/api/pagos", operation_id = "list_payments", tag = "pagos",
    params(Paged),
    responses(
        (status = 200, description = "One page", body = wire::Payments),
        (status = 400, description = "`invalid_request`: a parameter is wrong", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn list(
    State(gate): State<Gate>,
    caller: Caller,
    paged: Result<Query<Paged>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let Query(paged) = paged?;
    let (engine, list) = (gate.engine(), list_of(PRODUCT.list, who));
    let found = engine.payouts(who, PRODUCT.list, paged.after(list)?, paged.limit).await?;
    let mut payments = Vec::with_capacity(found.rows.len());
    for payout in &found.rows {
        let paid = engine.payments_of_payout(who, payout, 0..1).await?;
        payments.extend(paid.map(|paid| shown::single(payout, &paid)));
    }
    let body = wire::Payments { payments, next_cursor: next_of(list, found.next) };
    Ok(answer::json(StatusCode::OK, &body))
}

/// Look at a payment
#[utoipa::path(
    get, path = "/api/pagos/{id}", operation_id = "read_payment", tag = "pagos",
    params(("id" = String, Path, description = "The payment's `id`.")),
    responses(
        (status = 200, description = "The payment as it stands", body = wire::Payment),
        (status = 400, description = "`invalid_request`: no id", body = Told),
        (status = 401, description = "`invalid_token`", body = Told),
        (status = 403, description = "`insufficient_scope`", body = Told),
        (status = 404, description = "`not_found`", body = Told),
        (status = 429, description = "`rate_limit_exceeded`, with `Retry-After`", body = Told),
    ),
    security(("client_credentials" = ["read"])),
)]
pub async fn read(
    State(gate): State<Gate>,
    caller: Caller,
    id: Result<PathId<PayoutId>, Refusal>,
) -> Result<Response, Refused> {
    let who = caller.may(Scope::Read)?;
    let (payout, payments) = PRODUCT.by_id(gate.engine(), who, id?).await?;
    Ok(answer::json(StatusCode::OK, &shown::single(&payout, &payments)))
}

fn unknown() -> Problem {
    let text = Text::fixed("There is no such payment.", "No existe ese pago.");
    Problem::not_found("payment").detailed(text)
}
