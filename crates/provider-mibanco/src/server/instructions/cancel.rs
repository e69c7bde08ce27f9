//! Gives up withdrawals, payments of bills and changes of beneficiaries.

use axum::extract::{Path, State};
use axum::response::Response;
use cartola_engine::instructions::{CancelInstructionError, InstructionKind};
use cartola_http::Gate;
use cartola_model::Scope;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::super::unapproved;
use super::give::shown;
use super::told::Told;
use super::{Standing, in_path, unknown};
use crate::wire::ErrorCode;

/// Give up a withdrawal
#[utoipa::path(
    post, path = "/api/v1/mibanco/withdrawals/{withdrawal_id}/cancel", operation_id = "cancel_withdrawal", tag = "withdrawals",
    params(("withdrawal_id" = String, Path, description = "As it was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 404, description = "`OPERATION_NOT_FOUND`", body = Error),
        (status = 409, description = "`OPERATION_CONFLICT`: it is too late", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn withdrawal(
    State(gate): State<Gate>,
    caller: Session,
    Path(id): Path<String>,
) -> Response {
    cancel(&gate, &caller, (InstructionKind::Withdrawal, &id)).await
}

/// Give up the payment of a bill
#[utoipa::path(
    post, path = "/api/v1/mibanco/bills/payment/{bill_payment_id}/cancel", operation_id = "cancel_bill_payment", tag = "products",
    params(("bill_payment_id" = String, Path, description = "As it was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 404, description = "`OPERATION_NOT_FOUND`", body = Error),
        (status = 409, description = "`OPERATION_CONFLICT`: it is too late", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn bill_payment(
    State(gate): State<Gate>,
    caller: Session,
    Path(id): Path<String>,
) -> Response {
    cancel(&gate, &caller, (InstructionKind::BillPayment, &id)).await
}

/// Give up a change of beneficiaries
#[utoipa::path(
    post, path = "/api/v1/mibanco/beneficiaries/changes/{change_id}/cancel", operation_id = "cancel_change", tag = "products",
    params(("change_id" = String, Path, description = "As it was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 404, description = "`OPERATION_NOT_FOUND`", body = Error),
        (status = 409, description = "`OPERATION_CONFLICT`: it is too late", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn change(State(gate): State<Gate>, caller: Session, Path(id): Path<String>) -> Response {
    cancel(&gate, &caller, (InstructionKind::Beneficiary, &id)).await
}

async fn cancel(gate: &Gate, caller: &Session, which: (InstructionKind, &str)) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let whose = (&session.who, session.link.id);
        let named = in_path(which.0, which.1)?;
        let mut standing = Standing::find(engine, whose, &named.id).await?.known()?;
        if let Some(known) = &standing.instruction {
            let cancelled = engine.cancel_instruction(&session.who, which.0, known.row.id).await;
            standing.instruction = Some(cancelled.map_err(refusal)?);
        } else if let Some(asked) = &standing.authorization {
            let cancelled = engine.cancel_authorization(&session.who, asked.id()).await;
            standing.authorization =
                Some(cancelled.map_err(|error| unapproved::cancelling(error, too_late))?);
        }
        shown(engine, session, (which.0, &named), &standing).await
    };
    answered(gate, told.await)
}

fn refusal(error: CancelInstructionError) -> Refused {
    match error {
        CancelInstructionError::Unknown => unknown(),
        CancelInstructionError::NotNow => too_late(),
        CancelInstructionError::Engine(error) => error.into(),
    }
}

fn too_late() -> Refused {
    Refused::new(ErrorCode::OperationConflict, "Ya es tarde para retirar la operación.")
}
