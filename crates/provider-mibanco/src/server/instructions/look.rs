//! Looks at withdrawals, payments of bills and changes of beneficiaries.

use axum::extract::{Path, State};
use axum::response::Response;
use cartola_engine::instructions::InstructionKind;
use cartola_http::Gate;
use cartola_model::Scope;

use super::super::caller::Session;
use super::super::refused::{Told as Error, answered};
use super::give::shown;
use super::told::Told;
use super::{Standing, in_path};

/// Look at a withdrawal
#[utoipa::path(
    get, path = "/api/v1/mibanco/withdrawals/{withdrawal_id}", operation_id = "look_at_withdrawal", tag = "withdrawals",
    params(("withdrawal_id" = String, Path, description = "As it was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 404, description = "`OPERATION_NOT_FOUND`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn withdrawal(
    State(gate): State<Gate>,
    caller: Session,
    Path(id): Path<String>,
) -> Response {
    look(&gate, &caller, (InstructionKind::Withdrawal, &id)).await
}

/// Look at the payment of a bill
#[utoipa::path(
    get, path = "/api/v1/mibanco/bills/payment/{bill_payment_id}", operation_id = "look_at_bill_payment", tag = "products",
    params(("bill_payment_id" = String, Path, description = "As it was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 404, description = "`OPERATION_NOT_FOUND`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn bill_payment(
    State(gate): State<Gate>,
    caller: Session,
    Path(id): Path<String>,
) -> Response {
    look(&gate, &caller, (InstructionKind::BillPayment, &id)).await
}

/// Look at a change of beneficiaries
#[utoipa::path(
    get, path = "/api/v1/mibanco/beneficiaries/changes/{change_id}", operation_id = "look_at_change", tag = "products",
    params(("change_id" = String, Path, description = "As it was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 404, description = "`OPERATION_NOT_FOUND`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn change(State(gate): State<Gate>, caller: Session, Path(id): Path<String>) -> Response {
    look(&gate, &caller, (InstructionKind::Beneficiary, &id)).await
}

async fn look(gate: &Gate, caller: &Session, which: (InstructionKind, &str)) -> Response {
    let told = async {
        let session = caller.may(Scope::Read)?;
        let engine = gate.engine();
        let whose = (&session.who, session.link.id);
        let named = in_path(which.0, which.1)?;
        let standing = Standing::find(engine, whose, &named.id).await?.known()?;
        shown(engine, session, (which.0, &named), &standing).await
    };
    answered(gate, told.await)
}
