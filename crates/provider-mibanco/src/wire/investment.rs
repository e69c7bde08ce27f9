//! What a customer has invested.

use cartola_primitives::{Currency, Date, Quantity};
use serde::{Deserialize, Serialize};

use super::code::words;

words! {
    /// Perfil de inversionista.
    InvestorProfile {
        /// Conservador.
        Conservative = "CONSERVADOR",
        /// Moderado.
        Moderate = "MODERADO",
        /// Balanceado.
        Balanced = "BALANCEADO",
        /// Decidido.
        Decided = "DECIDIDO",
        /// Audaz.
        Audacious = "AUDAZ",
    }
}

/// 200 of `GET investments`. Who has none has empty lists and totals of nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Investments {
    /// Absent where the customer was never asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub investor_profile: Option<InvestorProfile>,
    /// Everything, in whole pesos of today.
    pub total_clp: i64,
    /// One row for each currency that there is something in.
    pub totals: Vec<TotalByCurrency>,
    /// Depósitos a plazo.
    pub time_deposits: Vec<TimeDeposit>,
    /// Fondos mutuos.
    pub funds: Vec<Fund>,
    /// Acciones.
    pub shares: Vec<Share>,
}

/// What there is in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TotalByCurrency {
    /// The currency.
    pub currency: Currency,
    /// In its minor units.
    pub amount: i64,
}

/// A depósito a plazo, in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeDeposit {
    /// Número de operación.
    pub operation_id: String,
    /// The currency.
    pub currency: Currency,
    /// What was put in.
    pub capital: i64,
    /// What it is worth today.
    pub value: i64,
    /// What comes back.
    pub value_at_maturity: i64,
    /// Percent a month.
    pub monthly_rate: Quantity,
    /// When it was taken.
    pub start_date: Date,
    /// When it comes back.
    pub maturity_date: Date,
}

/// A fondo mutuo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fund {
    /// Its name.
    pub name: String,
    /// The currency.
    pub currency: Currency,
    /// How many cuotas.
    pub quotas: Quantity,
    /// What one is worth, in the currency.
    pub quota_value: Quantity,
    /// What all are worth, in minor units.
    pub value: i64,
}

/// Shares of one company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// Nemotécnico, such as `COPEC`.
    pub ticker: String,
    /// The currency.
    pub currency: Currency,
    /// How many.
    pub quantity: Quantity,
    /// What one is worth, in the currency.
    pub price: Quantity,
    /// What all are worth, in minor units.
    pub value: i64,
}
