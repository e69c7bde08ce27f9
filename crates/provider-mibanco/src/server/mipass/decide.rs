//! `POST /mibanco/api/v1/mibanco/mipass/challenges/{authorization_id}/decision`

use axum::extract::{FromRequest, Path, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{Decision, PhoneProof, Verdict};
use cartola_http::{Gate, JsonOrUntyped, answer};
use cartola_model::{Pin, Scope};
use cartola_primitives::Secret;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::caller::Session;
use super::super::refused::{Refused, Told as Error, answered};
use super::own;
use super::told::ChallengeTold;

/// What the customer decided on their phone. Either `signature` or `device_secret`.
#[derive(Deserialize, ToSchema)]
#[schema(as = DecisionRequest)]
#[serde(expecting = "an object with `decision`, `digest`, and `signature` or `device_secret`")]
pub struct Asked {
    /// `approve` or `deny`.
    decision: String,
    /// The PIN of Mi Pass, to approve.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pin: Option<Secret<String>>,
    /// The SHA-256 of the text that the phone showed.
    digest: String,
    /// The signature of the five lines, in base64url without padding.
    #[serde(default)]
    signature: Option<String>,
    /// What a phone without a key of its own keeps.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    device_secret: Option<Secret<String>>,
}

/// A decision that was taken.
#[derive(Serialize, ToSchema)]
#[schema(as = Decided)]
pub struct Told {
    #[serde(flatten)]
    challenge: ChallengeTold,
    /// What `X-MiPass-Token` takes, once; absent where it was denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<String>,
}

/// Decide
///
/// Once, of the phone that was asked, for exactly what it showed. The third wrong PIN in a row blocks the
/// phone.
#[utoipa::path(
    post, path = "/api/v1/mibanco/mipass/challenges/{authorization_id}/decision",
    operation_id = "decide", tag = "mi pass",
    params(("authorization_id" = String, Path, description = "What was asked")),
    request_body = Asked,
    responses(
        (status = 200, description = "It is decided", body = Told),
        (status = 400, description = "`INVALID_REQUEST`", body = Error),
        (status = 403, description = "`CHALLENGE_REJECTED`: PIN or phone is wrong", body = Error),
        (status = 404, description = "`AUTHORIZATION_NOT_FOUND`", body = Error),
        (status = 409, description = "`AUTHORIZATION_CONFLICT`", body = Error),
    ),
    security(("session" = [])),
)]
pub async fn decide(
    State(gate): State<Gate>,
    caller: Session,
    Path(authorization_id): Path<String>,
    request: Request,
) -> Response {
    let told = async {
        let session = caller.may(Scope::Manage)?;
        let engine = gate.engine();
        let JsonOrUntyped(asked): JsonOrUntyped<Asked> =
            JsonOrUntyped::from_request(request, &()).await?;
        let known = own(engine, session, &authorization_id).await?;
        let verdict = verdict(&asked)?;
        let shown = asked
            .digest
            .parse()
            .map_err(|_| Refused::invalid("`digest` tiene 64 dígitos hexadecimales."))?;
        let signature = asked.signature.as_ref().map(|text| {
            let decoded = BASE64URL_NOPAD.decode(text.as_bytes());
            decoded.map_err(|_| Refused::invalid("`signature` es base64url sin relleno."))
        });
        let signature = signature.transpose()?;
        let proof = match (&signature, &asked.device_secret) {
            (Some(signature), None) => PhoneProof::Signature(signature),
            (None, Some(secret)) => PhoneProof::Secret(secret.expose()),
            _ => return Err(Refused::invalid("Indique `signature` o `device_secret`.")),
        };
        let decision = Decision { verdict, shown, proof };
        let decided = engine.decide_authorization(&session.who, known.id(), &decision).await?;
        let token = decided.token.map(|token| token.expose().clone());
        let told = Told { challenge: decided.authorization.into(), token };
        Ok(answer::json(StatusCode::OK, &told))
    };
    answered(&gate, told.await)
}

fn verdict(asked: &Asked) -> Result<Verdict, Refused> {
    match (asked.decision.as_str(), &asked.pin) {
        ("approve", Some(pin)) => Pin::parse(pin.expose())
            .map(Verdict::Approve)
            .map_err(|_| Refused::invalid("`pin`: la clave de Mi Pass tiene seis dígitos.")),
        ("deny", None) => Ok(Verdict::Deny),
        ("deny", Some(_)) => Err(Refused::invalid("Un rechazo no lleva `pin`.")),
        ("approve", None) => Err(Refused::invalid("Falta `pin`.")),
        _ => Err(Refused::invalid("`decision` es `approve` o `deny`.")),
    }
}
