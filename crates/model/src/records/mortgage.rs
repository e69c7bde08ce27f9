//! Mortgages.

use cartola_primitives::{Date, Money, Quantity};
use serde::{Deserialize, Serialize};

use super::{Address, silent};

/// A mortgage; its amounts are in UF (`CLF`). Fills Synaptic's *Crédito Hipotecario*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Mortgage {
    /// The institution's number for it.
    pub number: String,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// When the deed was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<Date>,
    /// What was lent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lent: Option<Money>,
    /// What is still owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
    /// Instalments in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments: Option<u32>,
    /// The instalment it has come to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_instalment: Option<u32>,
    /// Instalments that are paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments_paid: Option<u32>,
    /// Instalments that should have been paid and are not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instalments_overdue: Option<u32>,
    /// What should have been paid and is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<Money>,
    /// Yearly cost as it now stands (*carga anual equivalente vigente*), percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caev: Option<Quantity>,
    /// What kind of rate it has, as the institution writes it, such as `Fija`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_kind: Option<String>,
    /// When the rate changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_changes_on: Option<Date>,
    /// The day of the month on which the account is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged_on_day: Option<u8>,
    /// When the next instalment is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_on: Option<Date>,
    /// When the last one was paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_paid_on: Option<Date>,
    /// The next instalment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_instalment: Option<Money>,
    /// What the property was valued at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valuation: Option<Money>,
    /// What it is insured for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insured: Option<Money>,
    /// The property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<MortgagedProperty>,
}

/// What a mortgage lies on.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MortgagedProperty {
    /// What it is, as the institution writes it, such as `Departamento`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Where it is.
    pub address: Address,
}

silent!(Mortgage MortgagedProperty);
