//! `POST /v1/enrolments/phone`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{Enrolled, Enrolment, NewPhone};
use cartola_engine::once::{RecordedAnswer, Reply};
use cartola_http::once::Fingerprint;
use cartola_http::problem::Code;
use cartola_http::{Authenticated, Gate, IdempotencyKey, Json, Problem, Query, Refusal, answer};
use cartola_model::{Pin, Scope};
use cartola_primitives::Secret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::{EnrolmentView, KeyView};

/// A phone that takes the code of an enrolment.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, expecting = "an object with `code`, `pin` and `name`")]
#[schema(
    as = PhoneRequest,
    example = json!({"code": "AZjB0qO0xdbn-AkaKzxNXn3k…", "pin": "483920", "name": "Pixel 9"})
)]
pub struct Asked {
    /// The code.
    #[schema(value_type = String)]
    code: Secret<String>,
    /// The PIN that the person chose: six digits.
    #[schema(value_type = String, pattern = "^[0-9]{6}$")]
    pin: Secret<String>,
    /// What they call the phone.
    #[schema(min_length = 1, max_length = 80)]
    name: String,
    /// What tells the phone from others, as its app computes it. Kept for the log; nothing is decided
    /// by it.
    #[schema(min_length = 1, max_length = 80)]
    fingerprint: Option<String>,
    /// The public key that the phone made. Without one it is given a pair, and its half as
    /// `device_secret`.
    key: Option<KeyView>,
}

/// A phone that was enrolled.
#[derive(Serialize, ToSchema)]
#[schema(as = PhoneEnrolled)]
struct EnrolledView {
    enrolment: EnrolmentView,
    /// What a phone without a key of its own keeps. It is told once, in the first answer, and is kept
    /// nowhere else.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    device_secret: Option<String>,
}

/// Enrol a phone
///
/// The phone takes the code, and is the person's from now on. The one before it approves nothing any more,
/// and what waited for it is cancelled. Where the call is sent again with its `Idempotency-Key`, the answer
/// is the same without `device_secret`.
#[utoipa::path(
    post, path = "/v1/enrolments/phone", operation_id = "enrol_phone", tag = "authorizations",
    request_body = Asked,
    responses((status = 201, description = "The phone", body = EnrolledView)),
    security(("api_key" = ["enrol"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "enrolment_ended", "enrolment_invalid", "pin_invalid",
        "person_blocked",
    ]))),
)]
pub async fn phone(
    State(gate): State<Gate>,
    caller: Authenticated,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Enrol)?;
    let engine = gate.engine();
    let jwk = asked.key.map(|key| cartola_engine::authorizations::DeviceJwk {
        kty: key.kty,
        crv: key.crv,
        x: key.x,
        y: key.y,
    });
    // Without the PIN: of that, nothing but its slow hash is kept.
    let fingerprint = Fingerprint::default()
        .with(Some(asked.code.expose().as_bytes()))
        .with(Some(asked.name.as_bytes()))
        .with(asked.fingerprint.as_deref().map(str::as_bytes))
        .with(jwk.as_ref().map(|key| key.x.as_bytes()));
    let ticket = key.ticket(engine, who, "enrolments.phone", fingerprint).await?;
    let pin = Pin::parse(asked.pin.expose()).map_err(|_| Problem::new(Code::PinInvalid))?;
    let new = NewPhone {
        name: &asked.name,
        fingerprint: asked.fingerprint.as_deref(),
        key: jwk.as_ref(),
        pin: &pin,
    };
    // Whoever sends the call again has shown no PIN: the secret is told once, and recorded nowhere.
    let recorded = |enrolled: &Enrolled| shown(&enrolled.enrolment, None);
    let reply = Reply { ticket: ticket.as_ref(), render: &recorded };
    let code = asked.code.expose();
    let enrolled = engine.enrol_phone_replying(who, code, &new, reply).await?;
    Ok(answer::fresh(shown(&enrolled.enrolment, enrolled.secret.as_ref())))
}

fn shown(enrolment: &Enrolment, secret: Option<&Secret<String>>) -> RecordedAnswer {
    let device_secret = secret.map(|secret| secret.expose().clone());
    let view = EnrolledView { enrolment: enrolment.clone().into(), device_secret };
    answer::recorded(StatusCode::CREATED, &view)
}
