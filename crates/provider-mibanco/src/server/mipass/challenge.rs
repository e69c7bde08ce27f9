//! `POST /mibanco/api/v1/mibanco/mipass/challenges`, and a look at one.

use axum::extract::{FromRequest, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::Engine;
use cartola_engine::authorizations::Ask;
use cartola_engine::device_sessions::DeviceSession;
use cartola_http::{Gate, JsonOrUntyped, answer};
use cartola_model::{Operation, Scope};
use cartola_primitives::Rut;
use cartola_primitives::id::RequestId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::AUDIENCE;
use super::super::caller::Session;
use super::super::instructions::{beneficiary, bill, cash, give};
use super::super::refused::{Refused, Told as Error, answered};
use super::super::transfer::create::conflict;
use super::super::transfer::order::{Asked as Transfer, Order};
use super::super::unapproved;
use super::own;
use super::told::ChallengeTold;

/// What is to be approved.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChallengeRequest)]
#[serde(
    expecting = "an object with `transfer`, `withdrawal`, `bill_payment` or `beneficiary` alone"
)]
pub struct Asked {
    /// A transfer, as `POST transfer` takes it.
    #[serde(default)]
    transfer: Option<Transfer>,
    /// Cash, as `POST withdrawals` takes it.
    #[serde(default)]
    withdrawal: Option<cash::Asked>,
    /// A bill, as `POST bills/payment` takes it.
    #[serde(default)]
    bill_payment: Option<bill::Asked>,
    /// A change, as `POST beneficiaries` takes it.
    #[serde(default)]
    beneficiary: Option<beneficiary::Asked>,
}

impl Asked {
    /// The operation, as the call that it is for will have it, and who does it.
    async fn operation(
        &self,
        engine: &Engine,
        session: &DeviceSession,
    ) -> Result<(Rut, Operation), Refused> {
        let (what, from) =
            match (&self.transfer, &self.withdrawal, &self.bill_payment, &self.beneficiary) {
                (Some(asked), None, None, None) => {
                    let order = Order::of(engine, session, asked).await?;
                    let payment = order.payment(session.link.id, ("", &[]), None);
                    let operation = engine.operation_of_link_payment(&session.link, &payment);
                    return Ok((order.rut, operation));
                }
                (None, Some(asked), None, None) => (asked.what()?, &asked.from_account),
                (None, None, Some(asked), None) => (asked.what()?, &asked.from_account),
                (None, None, None, Some(asked)) => (asked.what()?, &asked.from_account),
                _ => {
                    return Err(Refused::invalid(
                        "Indique una operación: `transfer`, `withdrawal`, `bill_payment` o \
                         `beneficiary`.",
                    ));
                }
            };
        let order = give::Order::of(engine, session, from.as_deref(), what).await?;
        order.operation(engine, session).await
    }
}

/// Ask the customer to approve an operation
///
/// The phone shows `text` as it is, and decides. An approval has a token, which `X-MiPass-Token` of exactly
/// this operation uses up, within five minutes and once.
#[utoipa::path(
    post, path = "/api/v1/mibanco/mipass/challenges", operation_id = "challenge", tag = "mi pass",
    request_body = Asked,
    responses(
        (status = 201, description = "What the phone shows", body = ChallengeTold),
        (status = 400, description = "`INVALID_REQUEST`", body = Error),
        (status = 403, description = "`MI_PASS_REQUIRED`: no phone is enrolled", body = Error),
        (status = 404, description = "`ACCOUNT_NOT_FOUND`", body = Error),
        (status = 422, description = "`UNSUPPORTED`: the bank does no such thing", body = Error),
        (status = 429, description = "`RATE_LIMITED`: too much waits for them", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn ask(State(gate): State<Gate>, caller: Session, request: Request) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
            JsonOrUntyped::from_request(request, &()).await?;
        let (rut, operation) = asked.operation(engine, session).await?;
        let case = format!("mibanco/{}/challenge/{}", session.link.id, engine.mint::<RequestId>());
        let ask =
            Ask { rut, operation: &operation, channel: AUDIENCE.name(), case: &case, next: None };
        let asked = engine.ask_authorization(&session.who, &ask).await;
        let asked = asked.map_err(|error| unapproved::asking(error, conflict))?;
        Ok(answer::json(StatusCode::CREATED, &ChallengeTold::from(asked)))
    };
    answered(&gate, told.await)
}

/// Look at what is to be approved
#[utoipa::path(
    get, path = "/api/v1/mibanco/mipass/challenges/{authorization_id}",
    operation_id = "look_at_challenge", tag = "mi pass",
    params(("authorization_id" = String, Path, description = "What `auth_url` names")),
    responses(
        (status = 200, description = "What the phone shows", body = ChallengeTold),
        (status = 404, description = "`AUTHORIZATION_NOT_FOUND`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn look(
    State(gate): State<Gate>,
    caller: Session,
    Path(authorization_id): Path<String>,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Read)?;
        let asked = own(gate.engine(), session, &authorization_id).await?;
        Ok(answer::json(StatusCode::OK, &ChallengeTold::from(asked)))
    };
    answered(&gate, told.await)
}
