//! What a customer was asked to approve, as their institution keeps it.

use cartola_primitives::{Money, Timestamp};
use serde::{Deserialize, Serialize};

use super::silent;

/// One entry of an institution's own log of approvals, such as that of Mi Pass.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuthorizationEvent {
    /// What the institution calls the operation.
    pub reference: String,
    /// What kind of operation it was, as the institution writes it, such as `TRANSFER`.
    pub operation: String,
    /// What tells the phone from others: a hash of what identifies it.
    pub device_fingerprint: String,
    /// When it was decided.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub decided_at: Timestamp,
    /// How; absent where the institution uses a word that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<AuthorizationDecision>,
    /// How much was to move, where money was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// How a customer decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AuthorizationDecision {
    /// They approved it.
    Approved,
    /// They said no.
    Denied,
    /// Too many wrong PINs.
    Rejected,
    /// Nobody decided in time.
    Expired,
}

silent!(AuthorizationEvent);
