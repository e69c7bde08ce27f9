//! *Análisis Financiero Bancario*.

use serde::Serialize;

use super::Decimal;

/// *Análisis Financiero Bancario*. What its sources say is ours.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FinancialAnalysis {
    /// Who pays the main salary: the name that the bank tells, else that of the glosa, else the glosa;
    /// empty where there is none.
    pub employer_name: String,
    /// For how many of the last eleven months in a row.
    pub seniority: u32,
    /// What came in those months, on average.
    pub salary: Decimal,
    /// Other income a month, over three months.
    #[serde(rename = "monthlyVariableIncome3Months")]
    pub monthly_variable_income_3_months: Decimal,
    /// Other income a month, over twelve months.
    #[serde(rename = "monthlyVariableIncome12Months")]
    pub monthly_variable_income_12_months: Decimal,
    /// What came less what went a month, over three months.
    #[serde(rename = "monthlyAccountFlow3Months")]
    pub monthly_account_flow_3_months: Decimal,
    /// What came less what went a month, over twelve months.
    #[serde(rename = "monthlyAccountFlow12Months")]
    pub monthly_account_flow_12_months: Decimal,
    /// What the flows are made of.
    pub account_flow_sources: Vec<AccountFlowSource>,
    /// What the incomes are made of.
    pub income_sources: Vec<IncomeSource>,
}

/// Money that came or went.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AccountFlowSource {
    /// The day, `2021-04-01`.
    pub date: String,
    /// What the bank prints.
    pub description: String,
    /// How much, negative where it went.
    pub amount: Decimal,
}

/// Money that came as income.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct IncomeSource {
    /// The day, `2021-04-01`.
    pub date: String,
    /// What the bank prints.
    pub description: String,
    /// How much.
    pub amount: Decimal,
    /// `salary` or `variable`.
    #[serde(rename = "type")]
    pub kind: &'static str,
}
