//! `POST /mibanco/api/v1/mibanco/transfer/{transfer_id}/withdrawal`

use axum::extract::{Path, State};
use axum::response::Response;
use cartola_engine::payments::CancelPaymentError;
use cartola_http::Gate;
use cartola_model::Scope;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::super::unapproved;
use super::create::shown;
use super::told::Told;
use super::{Standing, in_path, unknown};
use crate::wire::ErrorCode;

/// Take a transfer back
///
/// One that the bank has not heard of has failed then; about any other the bank has the last word.
#[utoipa::path(
    post, path = "/api/v1/mibanco/transfer/{transfer_id}/withdrawal",
    operation_id = "withdraw_transfer", tag = "transfers",
    params(("transfer_id" = String, Path, description = "As the transfer was answered, or its `end_to_end_id`")),
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "The bank is asked to give it up", body = Told),
        (status = 404, description = "`TRANSFER_NOT_FOUND`", body = Error),
        (status = 409, description = "`TRANSFER_CONFLICT`: it is too late", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn withdraw(
    State(gate): State<Gate>,
    caller: Session,
    Path(transfer_id): Path<String>,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let named = in_path(&transfer_id)?;
        let mut standing = Standing::of(engine, session, &named.id).await?;
        let too_late = || {
            Refused::new(ErrorCode::TransferConflict, "Ya es tarde para retirar la transferencia.")
        };
        if let Some(payment) = &standing.payment {
            let cancelled = engine.cancel_payment(&session.who, payment.row.id).await;
            standing.payment = Some(cancelled.map_err(|error| match error {
                CancelPaymentError::Unknown => unknown(),
                CancelPaymentError::NotNow => too_late(),
                CancelPaymentError::Engine(error) => error.into(),
            })?);
        } else if let Some(asked) = &standing.authorization {
            let cancelled = engine.cancel_authorization(&session.who, asked.id()).await;
            standing.authorization =
                Some(cancelled.map_err(|error| unapproved::cancelling(error, too_late))?);
        }
        Ok(shown(&Told::of(&named.id, &standing).named(named.end_to_end_id)))
    };
    answered(&gate, told.await)
}
