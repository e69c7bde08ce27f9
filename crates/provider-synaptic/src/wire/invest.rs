//! Investments.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Decimal;

/// *Reporte de Inversiones*. What an instrument says is ours.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InvestmentsReport {
    /// All of it in pesos.
    pub total_investment_amount_clp: Decimal,
    /// What there is in each currency.
    pub totals_by_currency: BTreeMap<&'static str, Decimal>,
    /// By what they are.
    pub instruments: Instruments,
    /// `conservative`, `moderated`, `balanced`, `decided` or `audacious`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub investor_profile: Option<&'static str>,
}

/// Instruments by what they are.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Instruments {
    /// Fondos mutuos.
    pub mutual_funds: Vec<InstrumentReport>,
    /// Depósitos a plazo.
    pub time_deposits: Vec<InstrumentReport>,
    /// Acciones.
    pub stocks: Vec<InstrumentReport>,
    /// Anything else.
    pub others: Vec<InstrumentReport>,
}

/// One instrument.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct InstrumentReport {
    /// Its name.
    pub name: String,
    /// Its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The currency of its amounts.
    pub currency: &'static str,
    /// What it is worth.
    pub amount: Decimal,
    /// What was put in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invested_amount: Option<Decimal>,
    /// Shares of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub units: Option<Decimal>,
    /// Interest of the whole term, percent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interest_rate: Option<Decimal>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_date: Option<String>,
    /// Until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maturity_date: Option<String>,
}
