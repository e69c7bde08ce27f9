//! Authorizations as they are sent.

use axum::http::StatusCode;
use cartola_engine::authorizations::{Authorization, AuthorizationState};
use cartola_engine::once::RecordedAnswer;
use cartola_http::answer;
use cartola_model::{Failure, Operation};
use cartola_primitives::Timestamp;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// An operation that somebody is asked to approve.
#[derive(Serialize, ToSchema)]
#[schema(as = Authorization)]
pub struct AuthorizationView {
    #[schema(value_type = wire::AuthorizationId)]
    id: IdText,
    #[schema(value_type = wire::PersonId)]
    person_id: IdText,
    /// The phone that is asked.
    #[schema(value_type = wire::EnrolmentId)]
    enrolment_id: IdText,
    /// Where it stands.
    #[schema(value_type = wire::AuthorizationState)]
    state: &'static str,
    /// One more with each change of the state.
    version: u32,
    /// What kind of operation it is.
    #[schema(value_type = wire::OperationKind)]
    kind: &'static str,
    /// The screen of the customer's that it belongs to.
    screen: &'static str,
    /// Who asked: the name of a facade.
    channel: String,
    /// How much moves by it, in minor units, where money does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    amount: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::CurrencyCode>, nullable = false)]
    currency: Option<&'static str>,
    /// The operation as it was asked for.
    operation: Operation,
    /// What the phone shows, whole.
    text: String,
    /// The SHA-256 of `text`: what the phone signs.
    #[schema(value_type = wire::Sha256)]
    digest: String,
    /// What else the phone signs, so that a signature is of this question alone.
    #[schema(pattern = "^[0-9a-f]{32}$")]
    nonce: String,
    /// What the phone signed, in base64url without padding, once it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    signature: Option<String>,
    /// The thumbprint of the key that it signed with (RFC 7638), once it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    key_thumbprint: Option<String>,
    /// Who made that key, once the phone signed: `phone`, whose signature nobody else could make, or
    /// `gateway`, which made it for a phone that makes none, and signs with what the phone sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    key_origin: Option<&'static str>,
    /// Until when it may be decided, or, once approved, be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    expires_at: Option<Timestamp>,
    /// Why nobody can decide it any more, where it was cancelled: `withdrawn`, `phone_blocked`,
    /// `phone_replaced`, `wrong_pin`, or `not_begun`: it was approved, and what was to follow could not be
    /// begun, for the reason in `failure`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cause: Option<&'static str>,
    /// Why the operation is not done, where it will not be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::FailureClass>, nullable = false)]
    failure: Option<Failure>,
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
    /// Since when it stands so.
    #[schema(value_type = wire::Instant)]
    changed_at: Timestamp,
}

impl From<Authorization> for AuthorizationView {
    fn from(authorization: Authorization) -> Self {
        let Authorization { row, operation, text, shown, nonce, signed } = authorization;
        let state = row.standing.state;
        let cause = match state {
            AuthorizationState::Cancelled { cause, .. } => Some(cause.name()),
            _ => None,
        };
        Self {
            id: row.id.into(),
            person_id: row.person.into(),
            enrolment_id: row.enrolment.into(),
            state: state.standing().name(),
            version: row.version,
            kind: row.kind.name(),
            screen: row.kind.screen(),
            channel: row.channel,
            amount: row.amount.map(|amount| amount.minor()),
            currency: row.amount.map(|amount| amount.currency().code()),
            operation,
            text,
            digest: shown.hex(),
            nonce: HEXLOWER.encode(&nonce),
            signature: signed.as_ref().map(|signed| BASE64URL_NOPAD.encode(&signed.bytes)),
            key_origin: signed.as_ref().map(|signed| signed.origin.name()),
            key_thumbprint: signed.map(|signed| signed.thumbprint),
            expires_at: state.until(),
            cause,
            failure: state.failure(),
            created_at: row.created_at,
            changed_at: row.standing.changed_at,
        }
    }
}

/// The answer of a call that moved one on.
pub fn recorded(authorization: &Authorization) -> RecordedAnswer {
    answer::recorded(StatusCode::OK, &AuthorizationView::from(authorization.clone()))
}
