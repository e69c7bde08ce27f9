//! Phones as they are sent.

use cartola_engine::authorizations::{Enrolment, EnrolmentState, PhoneData};
use cartola_primitives::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// A phone on which a person approves.
#[derive(Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub struct EnrolmentView {
    #[schema(value_type = wire::EnrolmentId)]
    id: IdText,
    #[schema(value_type = wire::PersonId)]
    person_id: IdText,
    /// Where it stands.
    #[schema(value_type = wire::EnrolmentState)]
    state: &'static str,
    /// By what the person's identity was validated: `bank`, `state`, or `tenant`.
    proof: &'static str,
    /// Until when a phone may take the code, while none did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    expires_at: Option<Timestamp>,
    /// Wrong PINs that the phone still bears, while it approves.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pins_left: Option<u32>,
    /// Why it was blocked, where it was: `wrong_pin`, or `lost`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    cause: Option<&'static str>,
    /// What is known of the phone, once one took the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    phone: Option<PhoneView>,
    #[schema(value_type = wire::Instant)]
    created_at: Timestamp,
    /// Since when it stands so.
    #[schema(value_type = wire::Instant)]
    changed_at: Timestamp,
}

/// What is known of a phone.
#[derive(Serialize, ToSchema)]
#[schema(as = Phone)]
struct PhoneView {
    /// What its holder calls it.
    name: String,
    /// What its app says that tells it from others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    fingerprint: Option<String>,
    /// Its public key.
    key: KeyView,
    /// The thumbprint of that (RFC 7638).
    key_thumbprint: String,
    /// Who made the key: `phone`, or `gateway` for one that makes none.
    key_origin: &'static str,
    /// The phone whose place it took, where the person had one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::EnrolmentId>, nullable = false)]
    replaces: Option<IdText>,
}

/// A phone's public key (RFC 7517).
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PhoneKey)]
pub struct KeyView {
    /// `OKP` or `EC`.
    pub kty: String,
    /// `Ed25519` or `P-256`.
    pub crv: String,
    /// The key, or its x coordinate: 32 bytes in base64url without padding.
    pub x: String,
    /// The y coordinate, of `EC` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        let Enrolment { row, phone } = enrolment;
        let state = row.standing.state;
        let (mut expires_at, mut pins_left, mut cause) = (None, None, None);
        match state {
            EnrolmentState::Pending { until } => expires_at = Some(until),
            EnrolmentState::Active { .. } => pins_left = Some(state.pins_left()),
            EnrolmentState::Blocked { cause: why, .. } => cause = Some(why.name()),
            EnrolmentState::Replaced { .. } | EnrolmentState::Lapsed { .. } => {}
        }
        Self {
            id: row.id.into(),
            person_id: row.person.into(),
            state: state.standing().name(),
            proof: row.proof.name(),
            expires_at,
            pins_left,
            cause,
            phone: phone.map(PhoneView::from),
            created_at: row.created_at,
            changed_at: row.standing.changed_at,
        }
    }
}

impl From<PhoneData> for PhoneView {
    fn from(phone: PhoneData) -> Self {
        let PhoneData { name, fingerprint, key, thumbprint, origin, before } = phone;
        let key = KeyView { kty: key.kty, crv: key.crv, x: key.x, y: key.y };
        Self {
            name,
            fingerprint,
            key,
            key_thumbprint: thumbprint,
            key_origin: origin.name(),
            replaces: before.map(IdText::from),
        }
    }
}
