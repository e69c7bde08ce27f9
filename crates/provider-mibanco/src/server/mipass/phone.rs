//! `POST /mibanco/api/v1/mibanco/mipass/enrolments/phone`

use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{DeviceJwk, NewPhone};
use cartola_engine::once::Reply;
use cartola_http::{Gate, JsonOrUntyped, answer};
use cartola_model::{Pin, Scope};
use cartola_primitives::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::told::EnrolmentTold;

/// A phone that takes the code of an enrolment.
#[derive(Deserialize, ToSchema)]
#[schema(as = PhoneRequest)]
#[serde(expecting = "an object with `code`, `pin` and `name`")]
pub struct Asked {
    /// The code.
    #[schema(value_type = String)]
    code: Secret<String>,
    /// The PIN of Mi Pass that the customer chose: six digits.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    pin: Secret<String>,
    /// What they call the phone.
    name: String,
    /// What tells the phone from others, as its app computes it.
    #[serde(default)]
    fingerprint: Option<String>,
    /// The public key that the phone made (RFC 7517): Ed25519 or P-256. Without one it is given a pair.
    #[serde(default)]
    key: Option<Key>,
}

/// A phone's public key.
#[derive(Deserialize, ToSchema)]
#[schema(as = PhoneKey)]
#[serde(expecting = "an object with `kty`, `crv` and `x`")]
pub struct Key {
    /// `OKP` or `EC`.
    kty: String,
    /// `Ed25519` or `P-256`.
    crv: String,
    /// The key, or its x coordinate, in base64url.
    x: String,
    /// The y coordinate, of `EC` alone.
    #[serde(default)]
    y: Option<String>,
}

/// A phone that was enrolled.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneEnrolled)]
pub struct Enrolled {
    #[serde(flatten)]
    enrolment: EnrolmentTold,
    /// What a phone without a key of its own keeps. It is shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_secret: Option<String>,
}

/// Enrol a phone
///
/// It is the customer's from now on; the one before approves nothing any more.
#[utoipa::path(
    post, path = "/api/v1/mibanco/mipass/enrolments/phone", operation_id = "enrol_phone",
    tag = "mi pass",
    request_body = Asked,
    responses(
        (status = 201, description = "The phone", body = Enrolled),
        (status = 400, description = "`INVALID_REQUEST`", body = Error),
        (status = 403, description = "`CONSENT_REQUIRED`: the customer asked for a block of their data", body = Error),
        (status = 404, description = "`AUTHORIZATION_NOT_FOUND`", body = Error),
        (status = 409, description = "`AUTHORIZATION_CONFLICT`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn enrol(State(gate): State<Gate>, caller: Session, request: Request) -> Response {
    let told = async {
        let session = caller.may(Scope::Enrol)?;
        let engine = gate.engine();
        let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
            JsonOrUntyped::from_request(request, &()).await?;
        let pin = Pin::parse(asked.pin.expose())
            .map_err(|_| Refused::invalid("`pin`: la clave de Mi Pass tiene seis dígitos."))?;
        let key = asked.key.map(|key| DeviceJwk { kty: key.kty, crv: key.crv, x: key.x, y: key.y });
        let fingerprint = asked.fingerprint.as_deref();
        let phone = NewPhone { name: &asked.name, fingerprint, key: key.as_ref(), pin: &pin };
        let code = asked.code.expose();
        let enrolled = engine.enrol_phone_replying(&session.who, code, &phone, Reply::NONE).await?;
        let device_secret = enrolled.secret.map(|secret| secret.expose().clone());
        let told = Enrolled { enrolment: enrolled.enrolment.into(), device_secret };
        Ok(answer::json(StatusCode::CREATED, &told))
    };
    answered(&gate, told.await)
}
