//! `POST /v1/authorizations/{id}/decision`

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use cartola_engine::authorizations::{Authorization, Decided, Decision, PhoneProof, Verdict};
use cartola_engine::once::{RecordedAnswer, Reply};
use cartola_http::once::Fingerprint;
use cartola_http::problem::{Code, Text};
use cartola_http::{
    Authenticated, Gate, IdempotencyKey, Json, PathId, Problem, Query, Refusal, answer,
};
use cartola_model::{Pin, Scope};
use cartola_primitives::Secret;
use cartola_primitives::id::AuthorizationId;
use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::view::AuthorizationView;
use crate::wire;

/// What the person decided on their phone. Either `signature` or `device_secret`.
#[derive(Deserialize, ToSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an object with `decision`, `digest`, and `signature` or `device_secret`"
)]
#[schema(
    as = AuthorizationVerdict,
    example = json!({"decision": "approve", "pin": "483920",
        "digest": "9b74c9897bac770ffc029102a200c5de9b74c9897bac770ffc029102a200c5de",
        "device_secret": "mpd_AZjB0qO0…"})
)]
pub struct Asked {
    /// `approve`, or `deny`.
    #[schema(pattern = "^(approve|deny)$")]
    decision: String,
    /// The PIN, to approve.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{6}$")]
    pin: Option<Secret<String>>,
    /// The SHA-256 of the text that the phone showed.
    #[schema(value_type = wire::Sha256)]
    digest: String,
    /// The signature of the five lines, 64 bytes in base64url without padding.
    #[schema(min_length = 86, max_length = 86)]
    signature: Option<String>,
    /// What a phone without a key of its own keeps; the five lines are signed with it here.
    #[schema(value_type = Option<String>)]
    device_secret: Option<Secret<String>>,
}

/// A decision that was taken.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizationDecided)]
struct DecidedView {
    authorization: AuthorizationView,
    /// By what the approval is used, once, within five minutes. It is told once, in the first answer, and
    /// left out where it was denied.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    token: Option<String>,
}

/// Decide
///
/// A decision is taken once, of the phone that is asked, for exactly what it showed. A wrong PIN is
/// counted; the third in a row blocks the phone. A denial takes no PIN. Where the call is sent again with
/// its `Idempotency-Key`, the answer is the same without `token`.
#[utoipa::path(
    post, path = "/v1/authorizations/{id}/decision", operation_id = "decide_authorization",
    tag = "authorizations",
    params(("id" = inline(wire::AuthorizationId), Path, description = "The authorization.")),
    request_body = Asked,
    responses((status = 200, description = "The authorization, decided", body = DecidedView)),
    security(("api_key" = ["manage"])),
    extensions(("x-problems" = json!([
        "parameter_invalid", "not_found", "authorization_digest_other", "phone_other",
        "authorization_ended", "pin_invalid", "pin_wrong", "phone_blocked", "busy",
    ]))),
)]
pub async fn decide(
    State(gate): State<Gate>,
    caller: Authenticated,
    PathId(id): PathId<AuthorizationId>,
    Query(()): Query<()>,
    key: IdempotencyKey,
    Json(asked): Json<Asked>,
) -> Result<Response, Refusal> {
    let who = caller.may(Scope::Manage)?;
    let engine = gate.engine();
    let verdict = verdict(&asked)?;
    let digest = asked.digest.parse().map_err(|_| {
        named("digest", "expected 64 hexadecimal digits", "se esperaban 64 dígitos hexadecimales")
    })?;
    // Without the PIN: of that, nothing but its slow hash is kept.
    let fingerprint = Fingerprint::default()
        .with(Some(id.as_bytes()))
        .with(Some(asked.decision.as_bytes()))
        .with(Some(asked.digest.as_bytes()))
        .with(asked.signature.as_deref().map(str::as_bytes));
    let ticket = key.ticket(engine, who, "authorizations.decide", fingerprint).await?;
    let signature = signature(&asked)?;
    let proof = match (&signature, &asked.device_secret) {
        (Some(signature), None) => PhoneProof::Signature(signature),
        (None, Some(secret)) => PhoneProof::Secret(secret.expose()),
        _ => {
            return Err(named(
                "signature",
                "expected either this or `device_secret`",
                "se esperaba esto o `device_secret`, y no ambos",
            )
            .into());
        }
    };
    let decision = Decision { verdict, shown: digest, proof };
    // Whoever sends the call again has shown no PIN: the token is told once, and recorded nowhere.
    let recorded = |decided: &Decided| shown(&decided.authorization, None);
    let reply = Reply { ticket: ticket.as_ref(), render: &recorded };
    let decided = engine.decide_authorization_replying(who, id, &decision, reply).await?;
    Ok(answer::fresh(shown(&decided.authorization, decided.token.as_ref())))
}

fn shown(authorization: &Authorization, token: Option<&Secret<String>>) -> RecordedAnswer {
    let token = token.map(|token| token.expose().clone());
    let view = DecidedView { authorization: authorization.clone().into(), token };
    answer::recorded(StatusCode::OK, &view)
}

fn verdict(asked: &Asked) -> Result<Verdict, Problem> {
    match (asked.decision.as_str(), &asked.pin) {
        ("approve", Some(pin)) => {
            let pin = Pin::parse(pin.expose()).map_err(|_| Problem::new(Code::PinInvalid))?;
            Ok(Verdict::Approve(pin))
        }
        ("approve", None) => Err(named("pin", "expected the PIN", "se esperaba la clave")),
        ("deny", None) => Ok(Verdict::Deny),
        ("deny", Some(_)) => {
            Err(named("pin", "a denial takes no PIN", "un rechazo no lleva clave"))
        }
        _ => {
            Err(named("decision", "expected `approve` or `deny`", "se esperaba `approve` o `deny`"))
        }
    }
}

fn signature(asked: &Asked) -> Result<Option<Vec<u8>>, Problem> {
    let decoded = |text: &String| {
        BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| {
            named(
                "signature",
                "expected base64url without padding",
                "se esperaba base64url sin relleno",
            )
        })
    };
    asked.signature.as_ref().map(decoded).transpose()
}

fn named(name: &'static str, en: &'static str, es: &'static str) -> Problem {
    Problem::new(Code::JsonInvalid).named(name, Text::fixed(en, es))
}
