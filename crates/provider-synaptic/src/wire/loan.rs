//! Loans.

use serde::Serialize;

use super::Decimal;

/// *Crédito de Consumo*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConsumerLoan {
    /// The institution's number.
    pub id: String,
    /// The same for people.
    pub human_readable_id: String,
    /// What was lent.
    pub loan_amount: Decimal,
    /// What is owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance: Option<Decimal>,
    /// One instalment.
    pub monthly_payment: Decimal,
    /// Instalments that are paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_paid_fees: Option<u32>,
    /// Instalments in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_payments: Option<u32>,
    /// Interest in a month, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_interest_rate: Option<Decimal>,
    /// Carga anual equivalente vigente, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caev: Option<Decimal>,
    /// When the next one is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_payment_date: Option<String>,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// `direct` or `indirect`.
    #[serde(rename = "type")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    /// `active` or `in-arrears`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
    /// Instalments that are overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expired_payments: Option<u32>,
    /// What was paid last month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_month_payment: Option<Decimal>,
    /// The last instalment of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_payment_amount: Option<Decimal>,
    /// Seguro de desgravamen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protection_insurance: Option<bool>,
    /// Seguro de desempleo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unemployment_insurance: Option<bool>,
    /// The currency of its amounts.
    pub currency: &'static str,
}

/// *Crédito Hipotecario*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Mortgage {
    /// The institution's number.
    pub id: String,
    /// The same for people.
    pub human_readable_id: String,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// When the deed was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deed_sign_date: Option<String>,
    /// What was lent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initial_balance_uf: Option<Decimal>,
    /// What is owed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub balance_uf: Option<Decimal>,
    /// Instalments in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total_payments: Option<u32>,
    /// The one it has come to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_payment_number: Option<u32>,
    /// Instalments that are paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_payments: Option<u32>,
    /// Instalments that are overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_payments: Option<u32>,
    /// What is overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub late_payments_amount_uf: Option<Decimal>,
    /// Carga anual equivalente vigente, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caev: Option<Decimal>,
    /// Such as `Fija`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest_rate_type: Option<String>,
    /// When the rate changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest_rate_change_date: Option<String>,
    /// The day of the month on which the account is charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_charge_day: Option<u8>,
    /// When the next one is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_payment_date: Option<String>,
    /// When the last one was paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_payment_date: Option<String>,
    /// What the property was valued at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valuation_uf: Option<Decimal>,
    /// What it is insured for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insured_amount_uf: Option<Decimal>,
    /// The next instalment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_payment_amount_uf: Option<Decimal>,
    /// The property. Its name and members are ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub property: Option<MortgageProperty>,
}

/// What a mortgage lies on.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct MortgageProperty {
    /// What it is.
    #[serde(rename = "type")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Street and number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The commune.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// The region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}
