//! `POST /mibanco/api/v1/mibanco/mipass/enrolments`

use std::collections::BTreeMap;

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{AtTheDoor, LetIn, Validated};
use cartola_engine::device_sessions::DeviceSession;
use cartola_http::{Gate, JsonOrUntyped, answer};
use cartola_model::Scope;
use cartola_primitives::{Rut, Secret};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::caller::{Session, device, settings_of, token};
use super::super::pin::{self, SentFor};
use super::super::refused::{Refused, Told as Error, answered};
use super::super::transfer::rut_of;
use super::super::{AUDIENCE, SYNC_WAIT};
use super::told::EnrolmentTold;

/// What shows that it is the customer.
#[derive(Deserialize, ToSchema)]
#[schema(as = EnrolmentRequest)]
#[serde(expecting = "an object with `mi_pin`")]
pub struct Asked {
    /// The compact JWE of `{"mi_pin","iat","ath","device_id"}` to a key of
    /// `/mibanco/.well-known/jwks.json`: `ath` is the base64url SHA-256 of the access token, `device_id`
    /// the `X-Device-Id` that goes along.
    #[schema(value_type = String)]
    mi_pin: Secret<String>,
}

/// An enrolment that was begun.
#[derive(Serialize, ToSchema)]
#[schema(as = EnrolmentBegun)]
pub struct Begun {
    #[serde(flatten)]
    enrolment: EnrolmentTold,
    /// What the phone takes, once.
    code: String,
}

/// Begin to enrol a phone
///
/// The customer types their MI PIN once more, and their bank is asked whether it lets them in with it:
/// that shows who they are, which the tokens of a session do not. The code is taken by a phone within
/// fifteen minutes.
#[utoipa::path(
    post, path = "/api/v1/mibanco/mipass/enrolments", operation_id = "begin_enrolment",
    tag = "mi pass",
    params(("X-Device-Id" = String, Header, description = "The device of the session: always")),
    request_body = Asked,
    responses(
        (status = 201, description = "The enrolment, and its code", body = Begun),
        (status = 400, description = "`INVALID_REQUEST`", body = Error),
        (status = 401, description = "`INVALID_TOKEN`, `INVALID_CREDENTIALS`", body = Error),
        (status = 403, description = "`DEVICE_MISMATCH`", body = Error),
        (status = 423, description = "`CREDENTIALS_LOCKED`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn begin(State(gate): State<Gate>, caller: Session, request: Request) -> Response {
    let told = async {
        let session = caller.may(Scope::Enrol)?;
        let engine = gate.engine();
        let rut = rut_of(engine, session).await?;
        let shown = let_in(&gate, session, (rut, request)).await?;
        let validated = Validated::ByBank(&shown);
        let begun = engine.begin_enrolment(&session.who, rut, validated).await?;
        let code = begun.code.expose().clone();
        let told = Begun { enrolment: begun.enrolment.into(), code };
        Ok(answer::json(StatusCode::CREATED, &told))
    };
    answered(&gate, told.await)
}

/// Asks the customer's bank with the PIN that came along, and never with the one that the link keeps.
async fn let_in(
    gate: &Gate,
    session: &DeviceSession,
    (rut, request): (Rut, Request),
) -> Result<LetIn, Refused> {
    let engine = gate.engine();
    let (parts, body) = request.into_parts();
    let settings = settings_of(&parts);
    // Whoever has the token alone has no phone of the customer's.
    let device = device(&parts.headers)?.ok_or_else(Refused::no_device)?;
    let token = token(&parts.headers)?;
    let again = Request::from_parts(parts.clone(), body);
    let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
        JsonOrUntyped::from_request(again, &()).await?;
    let sent = (&asked.mi_pin, SentFor::Within { token, device });
    let pin = pin::opened(engine, &session.who, &settings, sent).await?;
    let fields = BTreeMap::from([
        ("rut".to_owned(), Secret::new(rut.compact())),
        ("mi_pin".to_owned(), pin),
    ]);
    let institution = session.link.institution.clone();
    let door = AtTheDoor { institution, rut, fields: &fields, facade: AUDIENCE.name() };
    Ok(engine.let_in(&session.who, &door, SYNC_WAIT).await?)
}
