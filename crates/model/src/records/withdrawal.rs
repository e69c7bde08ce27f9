//! Cash that was put aside for others.

use cartola_primitives::rut::{serde_compact, serde_compact_option};
use cartola_primitives::{Money, Rut, Timestamp};
use serde::{Deserialize, Serialize};

use super::silent;

/// Cash that the customer put aside for a third person at an ATM (*giro sin tarjeta*), now or once. Never
/// with its code.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Withdrawal {
    /// What the institution calls it.
    pub reference: String,
    /// Who may take it.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// How much.
    pub amount: Money,
    /// Where it stands; absent where the institution uses a word that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<WithdrawalState>,
    /// When it was put aside.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// Until when it can be taken, or could.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
    /// When that ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ended_at: Option<Timestamp>,
    /// Who took it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_compact_option")]
    pub claimed_by: Option<Rut>,
}

/// Where cash stands that was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalState {
    /// It can be taken.
    Available,
    /// It was taken.
    Claimed,
    /// Nobody took it in time, and the money came back.
    Expired,
    /// It was given up, and the money came back.
    Cancelled,
}

silent!(Withdrawal);
