//! What somebody has.

use serde::Serialize;

/// *Asset report*.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AssetReport {
    /// Whether there is a result.
    pub is_valid: bool,
    /// Whether they were let in.
    pub is_login_success: bool,
    /// 0 to 1,000, ours: `docs/insights.md` has its terms.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub credit_score: Option<u32>,
    /// What it is made of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub credit_score_params: Option<CreditScoreParams>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub error: Option<&'static str>,
}

/// What a score is made of.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "the document has four")]
pub struct CreditScoreParams {
    /// Whether there is a cuenta corriente.
    pub account_normal: bool,
    /// Whether there is another account that holds money.
    pub account_special: bool,
    /// Whether there is a credit card.
    pub credit_card_presence: bool,
    /// Whether there is a credit line and nothing of it is used.
    pub full_credit_line: bool,
    /// What is used of all lines, whole pesos.
    pub used_credit_line: i64,
    /// What is on all accounts in pesos.
    pub total_balance: i64,
    /// The day of the month in Santiago.
    pub current_day: u8,
}
