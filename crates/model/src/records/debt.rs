//! What somebody owes in the whole financial system.

use cartola_primitives::{Date, Money};
use serde::{Deserialize, Serialize};

use super::silent;

/// The CMF's report of debts. Fills Synaptic's *Reporte de Deudas CMF*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DebtReport {
    /// The last day of the month that it speaks of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<Date>,
    /// What the person owes.
    pub direct: Vec<Debt>,
    /// What the person stands in for.
    pub indirect: Vec<Debt>,
    /// Credit lines and cards: what could still be used.
    pub available: Vec<AvailableCredit>,
    /// Other credits that could be used.
    pub other: Vec<AvailableCredit>,
}

/// What is owed to one institution in one kind of credit.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Debt {
    /// To whom, as the CMF writes it.
    pub institution: String,
    /// What kind of credit, as the CMF writes it, such as `Consumo`.
    pub kind: String,
    /// All of it.
    pub total: Money,
    /// What is paid as agreed, or up to 29 days late.
    pub current: Money,
    /// 30 to 59 days late.
    pub overdue_30: Money,
    /// 60 to 89 days late.
    pub overdue_60: Money,
    /// 90 days late or more.
    pub overdue_90: Money,
}

/// What could be used at one institution.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AvailableCredit {
    /// Where, as the CMF writes it.
    pub institution: String,
    /// What granted in direct credit.
    pub direct: Money,
    /// What granted in indirect credit.
    pub indirect: Money,
}

silent!(DebtReport Debt AvailableCredit);
