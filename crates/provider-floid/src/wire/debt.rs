//! What somebody owes.

use serde::Serialize;

/// *Full debt*.
#[derive(Default, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FullDebt {
    /// Whether there is a result.
    pub is_valid: bool,
    /// Whether RUT and password were refused.
    pub is_invalid_credentials: bool,
    /// The full name; empty where nobody tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub full_name: Option<String>,
    /// The day that the report speaks of, `31/01/2020`.
    #[serde(rename = "creditcheckDate", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub credit_check_date: Option<String>,
    /// What is owed and could be.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(nullable = false))]
    pub accounts_data: Option<AccountsData>,
    /// What went wrong; empty where nothing did.
    pub error: &'static str,
}

/// What is owed and could be.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AccountsData {
    /// What the person owes.
    pub direct_debt: Vec<Debt>,
    /// What the person stands in for.
    pub indirect_debt: Vec<Debt>,
    /// What could still be used.
    pub available_credit: Vec<AvailableCredit>,
    /// What else could be.
    pub other_available_credit: Vec<AvailableCredit>,
}

/// What is owed to one institution. Whole pesos as texts, as printed.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Debt {
    /// To whom.
    pub name: String,
    /// Paid as agreed, or up to 29 days late.
    pub active_debt: String,
    /// 30 to 89 days late.
    pub past_due_thirty_to_ninety_days: String,
    /// 90 days late or more.
    pub past_due_over_ninety_days: String,
    /// All of it.
    pub total: String,
}

/// What could be used at one institution. Whole pesos as texts, as printed.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AvailableCredit {
    /// Where.
    pub name: String,
    /// Of direct credit.
    pub direct_available_amount: String,
    /// Of indirect credit.
    pub indirect_available_amount: String,
}
