//! Payments and deposits by the `Idempotency-Key` that they were asked for under: for whoever has lost
//! the answer that named their `id`.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::once::{MAX_KEY_BYTES, OnceError, Repeatable};
use cartola_engine::payments::{CancelPaymentError, Payment};
use cartola_engine::payouts::Payout;
use cartola_engine::{Engine, EngineError};
use cartola_http::parameters::PathText;
use cartola_http::problem::{Code, Text};
use cartola_http::{Gate, Problem, Refusal, answer};
use cartola_model::{Principal, Scope, TransferFailure};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::caller::Caller;
use super::super::refused::{Refused, Told};
use super::deposits::Shown;
use super::{deposits, payments, shown};
use crate::wire;

/// What a key that is taken back is recorded with: no request for a payment can be equal to it.
const TAKEN_BACK: &[u8] = b"anulacion";

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
    let found = found(gate.engine(), who, payments::LIST, &key_of(key)?).await?;
    let (payout, payments) = found.ok_or_else(payments::unknown)?;
    Ok(answer::json(StatusCode::OK, &shown::single(&payout, &payments)))
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
    let shown = match taken_back(gate.engine(), who, payments::LIST, &key_of(key)?).await? {
        Some((payout, payments)) => {
            PaymentShown::Begun(Box::new(shown::single(&payout, &payments)))
        }
        None => PaymentShown::Never(never()),
    };
    Ok(answer::json(StatusCode::OK, &shown))
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
    let found = found(gate.engine(), who, deposits::LIST, &key_of(key)?).await?;
    let (payout, payments) = found.ok_or_else(deposits::unknown)?;
    Ok(answer::json(StatusCode::OK, &Shown::whole(who, &payout, &payments)))
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
    let shown = match taken_back(gate.engine(), who, deposits::LIST, &key_of(key)?).await? {
        Some((payout, payments)) => DepositShown::Begun(Shown::whole(who, &payout, &payments)),
        None => DepositShown::Never(never()),
    };
    Ok(answer::json(StatusCode::OK, &shown))
}

fn key_of(text: Result<PathText, Refusal>) -> Result<String, Refused> {
    let PathText(key) = text?;
    let is_key = (1..=MAX_KEY_BYTES).contains(&key.len())
        && key.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    if is_key { Ok(key) } else { Err(Problem::new(Code::IdempotencyKeyInvalid).into()) }
}

const fn never() -> wire::NeverBegun {
    let reason = TransferFailure::Withdrawn.name();
    wire::NeverBegun { status: wire::Status::Failed, reason }
}

type Standing = (Payout, Vec<Payment>);

async fn found(
    engine: &Engine,
    who: &Principal,
    list: &'static str,
    key: &str,
) -> Result<Option<Standing>, EngineError> {
    let Some(payout) = engine.payout_of_case(who, list, key).await? else { return Ok(None) };
    let payments = engine.payments_of_payout(who, &payout, 0..payout.lines.len()).await?;
    Ok(Some((payout, payments)))
}

/// Gives up what was begun under a key, or sees to it that nothing will be: what is recorded under the
/// key and what begins a payment cannot both be committed.
async fn taken_back(
    engine: &Engine,
    who: &Principal,
    list: &'static str,
    key: &str,
) -> Result<Option<Standing>, Refused> {
    if let Some((payout, _)) = found(engine, who, list, key).await? {
        return give_up(engine, who, &payout).await.map(Some);
    }
    if shut(engine, who, list, key).await? {
        return Ok(None);
    }
    // It was begun in between.
    let (payout, _) = found(engine, who, list, key).await?.ok_or_else(in_between)?;
    give_up(engine, who, &payout).await.map(Some)
}

/// Whether nothing will be begun under the key; else something was, just now.
async fn shut(
    engine: &Engine,
    who: &Principal,
    list: &'static str,
    key: &str,
) -> Result<bool, Refused> {
    let call = Repeatable { verb: list, key, request: TAKEN_BACK };
    let ticket = match engine.once(who, call).await {
        Ok(ticket) => ticket,
        Err(OnceError::Answered(_)) => return Ok(true),
        Err(OnceError::OtherRequest) => return Ok(false),
        Err(error) => return Err(Refusal::from(error).into()),
    };
    match engine.record(&ticket, &answer::recorded(StatusCode::OK, &never())).await {
        Ok(()) | Err(EngineError::Answered(_)) => Ok(true),
        Err(EngineError::OtherRequest) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn in_between() -> Problem {
    Problem::new(Code::Busy).after(1).detailed(Text::fixed(
        "What was begun under this key cannot be seen yet. Ask again.",
        "Lo iniciado con esta clave aún no se ve. Consulte de nuevo.",
    ))
}

/// Gives up every line that its bank does not have all of. What it has stands as it is told.
async fn give_up(engine: &Engine, who: &Principal, payout: &Payout) -> Result<Standing, Refused> {
    for line in &payout.lines {
        match engine.cancel_payment(who, line.payment).await {
            Ok(_) | Err(CancelPaymentError::NotNow) => {}
            Err(CancelPaymentError::Unknown) => return Err(EngineError::Interrupted.into()),
            Err(CancelPaymentError::Engine(error)) => return Err(error.into()),
        }
    }
    let payments = engine.payments_of_payout(who, payout, 0..payout.lines.len()).await?;
    Ok((payout.clone(), payments))
}
