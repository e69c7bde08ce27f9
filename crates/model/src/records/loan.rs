//! Consumer loans.

use cartola_primitives::{Date, Money, Quantity};
use serde::{Deserialize, Serialize};

use super::silent;

/// A consumer loan. Fills Synaptic's *Crédito de Consumo*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConsumerLoan {
    /// The institution's number for it.
    pub number: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What was lent.
    pub lent: Money,
    /// What is still owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
    /// One instalment.
    pub instalment: Money,
    /// Instalments that are paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments_paid: Option<u32>,
    /// Instalments in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments: Option<u32>,
    /// Instalments that should have been paid and are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments_overdue: Option<u32>,
    /// Interest in a month, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_rate: Option<Quantity>,
    /// Yearly cost as it now stands (*carga anual equivalente vigente*), percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caev: Option<Quantity>,
    /// When the next instalment is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_on: Option<Date>,
    /// Whose debt it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub liability: Option<Liability>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<LoanState>,
    /// The instalment that was paid last month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_last_month: Option<Money>,
    /// The last instalment of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_instalment: Option<Money>,
    /// Whether it is paid by insurance at death (*seguro de desgravamen*).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub life_insured: Option<bool>,
    /// Whether it is paid by insurance when the job is lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unemployment_insured: Option<bool>,
}

/// Whose debt it is.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Liability {
    /// The customer's own.
    Direct,
    /// Somebody's whom the customer stands in for.
    Indirect,
}

/// Where a loan stands.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LoanState {
    /// It is paid as agreed.
    Active,
    /// Instalments are overdue.
    InArrears,
}

silent!(ConsumerLoan Liability LoanState);
