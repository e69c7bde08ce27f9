//! `POST /mibanco/api/v1/mibanco/transfer/{transfer_id}/authorization`

use axum::extract::{FromRequest, Path, Request, State};
use axum::response::Response;
use cartola_engine::payments::{AnswerError, ChallengeAnswer};
use cartola_http::{Gate, JsonOrUntyped};
use cartola_model::Scope;
use cartola_primitives::Secret;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::create::{BANK_WAIT, shown};
use super::told::Told;
use super::{Standing, in_path};
use crate::wire::ErrorCode;

/// What the customer's bank asked for.
#[derive(Deserialize, ToSchema)]
#[schema(as = TransferAuthorization)]
#[serde(expecting = "an object with `sms` or `codes`")]
pub struct Asked {
    /// The code of the SMS.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    sms: Option<Secret<String>>,
    /// The codes of the card or device, in the order of the labels.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>)]
    codes: Option<Vec<Secret<String>>>,
}

/// Answer what the customer's bank asks for
#[utoipa::path(
    post, path = "/api/v1/mibanco/transfer/{transfer_id}/authorization",
    operation_id = "answer_transfer", tag = "transfers",
    params(("transfer_id" = String, Path, description = "As the transfer was answered, or its `end_to_end_id`")),
    request_body = Asked,
    responses(
        (status = 200, description = "It has ended", body = Told),
        (status = 202, description = "It waits, or is under way", body = Told),
        (status = 400, description = "`INVALID_REQUEST`", body = Error),
        (status = 403, description = "`CHALLENGE_EXPIRED`", body = Error),
        (status = 404, description = "`TRANSFER_NOT_FOUND`", body = Error),
        (status = 409, description = "`TRANSFER_CONFLICT`: nothing is asked for", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn answer(
    State(gate): State<Gate>,
    caller: Session,
    Path(transfer_id): Path<String>,
    request: Request,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let named = in_path(&transfer_id)?;
        let standing = Standing::of(engine, session, &named.id).await?;
        let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
            JsonOrUntyped::from_request(request, &()).await?;
        let page = standing.payment.and_then(|payment| payment.page).ok_or_else(|| {
            Refused::new(
                ErrorCode::TransferConflict,
                "La transferencia no espera un código en este momento.",
            )
        })?;
        let sms = asked.sms.as_ref().map(|code| code.expose().as_str());
        let codes = asked.codes.as_ref();
        let codes = codes.map(|all| all.iter().map(|code| code.expose().as_str()));
        let given = ChallengeAnswer::typed(sms, codes);
        let taken = engine.answer_payment(&session.who, &page, &given).await;
        let payment = taken.map_err(refusal)?;
        let seen = Some(payment.row.version);
        let next = engine.next_payment(&session.who, payment.row.id, seen, BANK_WAIT).await?;
        let standing = Standing { payment: next.or(Some(payment)), authorization: None };
        Ok(shown(&Told::of(&named.id, &standing).named(named.end_to_end_id)))
    };
    answered(&gate, told.await)
}

fn refusal(error: AnswerError) -> Refused {
    match error {
        AnswerError::UnknownPage => Refused::new(
            ErrorCode::TransferConflict,
            "La transferencia no espera un código en este momento.",
        ),
        AnswerError::ExpiredPage => Refused::of(cartola_model::Failure::ChallengeExpired),
        AnswerError::Unsuitable => {
            Refused::invalid("La respuesta no trae lo que el banco pidió: vea `challenge`.")
        }
        AnswerError::Engine(error) => error.into(),
    }
}
