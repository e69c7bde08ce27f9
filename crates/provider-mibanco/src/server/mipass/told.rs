//! Phones and authorizations, as they are told.

use cartola_engine::authorizations::{
    Authorization, AuthorizationState, Enrolment, EnrolmentState,
};
use cartola_model::records::{AuthorizationDecision, AuthorizationEvent};
use cartola_primitives::Timestamp;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::told::seconds;
use super::super::transfer::told::auth_url;

/// A phone.
#[derive(Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub struct EnrolmentTold {
    /// What it is known by.
    enrolment_id: String,
    /// `PENDING`, `ACTIVE`, `BLOCKED`, `REPLACED` or `LAPSED`.
    #[schema(example = "ACTIVE")]
    status: String,
    /// What its holder calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// What its app says that tells it from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    device_fingerprint: Option<String>,
    /// Until when a phone may take the code, while none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl From<Enrolment> for EnrolmentTold {
    fn from(enrolment: Enrolment) -> Self {
        let Enrolment { row, phone } = enrolment;
        let state = row.standing.state;
        let expires_at = match state {
            EnrolmentState::Pending { until } => Some(seconds(until)),
            _ => None,
        };
        let (name, device_fingerprint) = match phone {
            Some(phone) => (Some(phone.name), phone.fingerprint),
            None => (None, None),
        };
        Self {
            enrolment_id: row.id.to_string(),
            status: state.standing().name().to_ascii_uppercase(),
            name,
            device_fingerprint,
            expires_at,
        }
    }
}

/// What a phone is asked.
#[derive(Serialize, ToSchema)]
#[schema(as = Challenge)]
pub struct ChallengeTold {
    /// What it is known by.
    authorization_id: String,
    /// `PENDING`, `APPROVED`, `USED`, `DENIED`, `EXPIRED` or `CANCELLED`.
    #[schema(example = "PENDING")]
    status: String,
    /// Where the app approves it, while it waits for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "mibanco://authorize?req=…")]
    auth_url: Option<String>,
    /// What the phone shows, whole.
    text: String,
    /// The SHA-256 of `text`, in hexadecimal digits: what the phone signs.
    digest: String,
    /// What else it signs, so that a signature is of this question alone.
    nonce: String,
    /// Until when it may be decided or, once approved, be used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
}

impl From<Authorization> for ChallengeTold {
    fn from(asked: Authorization) -> Self {
        let id = asked.row.id.to_string();
        let state = *asked.state();
        let is_pending = matches!(state, AuthorizationState::Pending { .. });
        Self {
            auth_url: is_pending.then(|| auth_url(&id)),
            authorization_id: id,
            status: state.standing().name().to_ascii_uppercase(),
            text: asked.text,
            digest: asked.shown.hex(),
            nonce: HEXLOWER.encode(&asked.nonce),
            expires_at: state.until().map(seconds),
        }
    }
}

/// 200 of `GET authorizations`.
#[derive(Serialize, ToSchema)]
pub struct Authorizations {
    /// Newest first.
    pub authorizations: Vec<Event>,
    /// What the next page is asked for with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One entry of the log: operation type, device, timestamp and decision.
#[derive(Serialize, ToSchema)]
#[schema(as = AuthorizationEvent)]
pub struct Event {
    /// What it is known by.
    authorization_id: String,
    /// `TRANSFER`, `PAYOUT`, `BENEFICIARY`, `BILL_PAYMENT`, `WITHDRAWAL`, `CONSENT` or `DOCUMENT`.
    #[schema(example = "TRANSFER")]
    operation_type: String,
    /// The screen that it belongs to.
    #[schema(example = "Transferencias a terceros")]
    #[serde(skip_serializing_if = "Option::is_none")]
    screen: Option<&'static str>,
    /// The gateway's own phone that was asked; absent where the bank's app was.
    #[serde(skip_serializing_if = "Option::is_none")]
    enrolment_id: Option<String>,
    /// What the phone's app says that tells it from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device_fingerprint: Option<String>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub timestamp: Timestamp,
    /// Where it stands, as `status` of a challenge; absent of the bank's app.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "USED")]
    status: Option<String>,
    /// `APPROVED`, whatever came of it since it was used, or `DENIED`; `EXPIRED` or `CANCELLED` where
    /// nobody decided, or an approval was not used; of the bank's app `REJECTED` too. Absent while the
    /// customer is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "APPROVED")]
    decision: Option<String>,
    /// When that was; absent while the customer is asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// What the phone signed, in base64url, once it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
}

impl From<Authorization> for Event {
    fn from(asked: Authorization) -> Self {
        let row = &asked.row;
        let (decision, decided_at) = decided(asked.state()).unzip();
        Self {
            authorization_id: row.id.to_string(),
            operation_type: row.kind.name().to_ascii_uppercase(),
            screen: Some(row.kind.screen()),
            enrolment_id: Some(row.enrolment.to_string()),
            device_fingerprint: None,
            timestamp: seconds(row.created_at),
            status: Some(row.standing.state.standing().name().to_ascii_uppercase()),
            decision: decision.map(str::to_owned),
            decided_at: decided_at.map(seconds),
            signature: asked.signed.as_ref().map(|signed| BASE64URL_NOPAD.encode(&signed.bytes)),
        }
    }
}

impl Event {
    /// One of the bank's own app.
    pub fn of_bank(told: &AuthorizationEvent) -> Self {
        let decision = told.decision.map(|decision| match decision {
            AuthorizationDecision::Approved => "APPROVED",
            AuthorizationDecision::Denied => "DENIED",
            AuthorizationDecision::Rejected => "REJECTED",
            AuthorizationDecision::Expired => "EXPIRED",
        });
        Self {
            authorization_id: told.reference.clone(),
            operation_type: told.operation.clone(),
            screen: None,
            enrolment_id: None,
            device_fingerprint: Some(told.device_fingerprint.clone()),
            timestamp: seconds(told.decided_at),
            status: None,
            decision: decision.map(str::to_owned),
            decided_at: Some(seconds(told.decided_at)),
            signature: None,
        }
    }
}

/// What was decided, and when: nothing while the customer is asked. That an approval was used since, or
/// its operation waits for the bank, is no other decision.
const fn decided(state: &AuthorizationState) -> Option<(&'static str, Timestamp)> {
    Some(match state {
        AuthorizationState::Pending { .. } => return None,
        AuthorizationState::Approved { at, .. }
        | AuthorizationState::Used { approved_at: at, .. } => ("APPROVED", *at),
        AuthorizationState::Denied { at } => ("DENIED", *at),
        AuthorizationState::Expired { at } => ("EXPIRED", *at),
        AuthorizationState::Cancelled { at, .. } => ("CANCELLED", *at),
    })
}
