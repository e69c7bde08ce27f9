//! Investments.

use cartola_primitives::{Date, Money, Quantity};
use serde::{Deserialize, Serialize};

use super::silent;

/// What is invested. Fills Synaptic's *Reporte de Inversiones*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Investments {
    /// All of it, in pesos, as the institution values it.
    pub total: Money,
    /// What there is in each currency.
    pub totals: Vec<Money>,
    /// What it is invested in.
    pub instruments: Vec<Instrument>,
    /// What the institution takes the investor for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<InvestorProfile>,
}

/// One thing that is invested in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Instrument {
    /// What it is.
    pub kind: InstrumentKind,
    /// Its name.
    pub name: String,
    /// The institution's number for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// What it is worth now.
    pub value: Money,
    /// What was put in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invested: Option<Money>,
    /// Shares or units of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub units: Option<Quantity>,
    /// Interest of the whole term, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Quantity>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_on: Option<Date>,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub matures_on: Option<Date>,
}

/// What an instrument is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InstrumentKind {
    /// Fondo mutuo.
    MutualFund,
    /// Depósito a plazo.
    TimeDeposit,
    /// Acciones.
    Stock,
    /// Anything else.
    Other,
}

/// What an institution takes an investor for, from the most careful to the boldest.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum InvestorProfile {
    /// Conservador.
    Conservative,
    /// Moderado.
    Moderated,
    /// Balanceado.
    Balanced,
    /// Decidido.
    Decided,
    /// Audaz.
    Audacious,
}

silent!(Investments Instrument InstrumentKind InvestorProfile);
