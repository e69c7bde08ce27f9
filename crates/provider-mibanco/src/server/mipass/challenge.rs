//! `POST /mibanco/api/v1/mibanco/mipass/challenges`, and a look at one.

use axum::extract::{FromRequest, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::Ask;
use cartola_http::{Gate, Json, answer};
use cartola_model::Scope;
use cartola_primitives::id::RequestId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::AUDIENCE;
use super::super::caller::Session;
use super::super::refused::{Told as Error, answered};
use super::super::transfer::create::refusal;
use super::super::transfer::order::{Asked as Transfer, Order};
use super::own;
use super::told::ChallengeTold;

/// What is to be approved.
#[derive(Deserialize, ToSchema)]
#[schema(as = ChallengeRequest)]
#[serde(expecting = "an object with `transfer`")]
pub struct Asked {
    /// A transfer, as `POST transfer` takes it.
    transfer: Transfer,
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
        (status = 429, description = "`RATE_LIMITED`: too much waits for them", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn ask(State(gate): State<Gate>, caller: Session, request: Request) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let Json(asked): Json<Asked> = Json::from_request(request, &()).await?;
        let order = Order::of(engine, session, &asked.transfer).await?;
        let case = format!("mibanco/{}/challenge/{}", session.link.id, engine.mint::<RequestId>());
        let request = order.request();
        let payment = order.payment(session.link.id, (&case, &request), None);
        let operation = engine.operation_of_link_payment(&session.link, &payment);
        let ask = Ask {
            rut: order.rut,
            operation: &operation,
            channel: AUDIENCE.name(),
            case: &case,
            next: None,
        };
        let asked = engine.ask_authorization(&session.who, &ask).await;
        let asked = asked.map_err(|error| refusal(error.into()))?;
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
