//! A consent as it is sent.

use cartola_engine::rows::ConsentRow;
use cartola_model::{ConsentData, ConsentKind, ConsentState};
use cartola_primitives::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::wire::{self, IdText};

/// What allows data to be kept and served.
#[derive(Serialize, ToSchema)]
#[schema(as = Consent)]
pub struct ConsentView {
    #[schema(value_type = wire::ConsentId)]
    id: IdText,
    #[schema(value_type = wire::ConsentKind)]
    kind: ConsentKind,
    state: StateView,
    #[schema(value_type = wire::InstitutionId)]
    institution: String,
    #[schema(value_type = wire::LinkId)]
    link_id: IdText,
    /// Whose data; left out where nobody is named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::PersonId>, nullable = false)]
    person_id: Option<IdText>,
    /// What it is for.
    purpose: String,
    /// Who receives the data beside the tenant; left out where nobody does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    recipient: Option<String>,
    /// Which data it is about; left out where it is all that the institution tells, or that the file
    /// holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    products: Option<Vec<&'static str>>,
    /// Hash of what proves it: the imported file.
    #[schema(value_type = wire::Sha256)]
    evidence: String,
    #[schema(value_type = wire::Instant)]
    granted_at: Timestamp,
    /// When it ends by itself; a file import has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    expires_at: Option<Timestamp>,
    /// When it was revoked, or ended by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<wire::Instant>, nullable = false)]
    ended_at: Option<Timestamp>,
}

/// Where a consent stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConsentState)]
enum StateView {
    /// In force.
    Granted,
    /// It allows nothing as long as the person wants nothing done with their data.
    Suspended,
    /// Withdrawn.
    Revoked,
    /// Ended by its own term.
    Expired,
}

impl ConsentView {
    /// A consent as it stands at `now`: a term that has run out counts at once.
    pub fn at(row: &ConsentRow, now: Timestamp) -> Self {
        let (state, expires_at, ended_at) = match row.state {
            ConsentState::Granted { expires_at, .. } if row.state.holds(now) => {
                (StateView::Granted, expires_at, None)
            }
            ConsentState::Granted { expires_at, .. } => (StateView::Expired, None, expires_at),
            ConsentState::Suspended { expires_at, .. } => match expires_at {
                Some(end) if end <= now => (StateView::Expired, None, Some(end)),
                term => (StateView::Suspended, term, None),
            },
            ConsentState::Expired { at, .. } => (StateView::Expired, None, Some(at)),
            ConsentState::Revoked { at, .. } => (StateView::Revoked, None, Some(at)),
        };
        Self {
            id: row.id.into(),
            kind: row.kind,
            state,
            institution: row.institution.to_string(),
            link_id: row.link.into(),
            person_id: row.person.map(IdText::from),
            purpose: row.purpose.clone(),
            recipient: row.recipient.clone(),
            products: row.data.map(ConsentData::names),
            evidence: row.evidence.hex(),
            granted_at: row.state.granted_at(),
            expires_at,
            ended_at,
        }
    }
}
