//! Credit cards, what was bought with them in instalments, and credit lines.

use cartola_primitives::{Date, Money};
use serde::{Deserialize, Serialize};

use super::silent;

/// A credit card. Fills Mi Banco's cards and the cards of Synaptic's *Reporte Financiero*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditCard {
    /// The number, masked.
    pub number: String,
    /// The brand, such as `VISA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brand: Option<String>,
    /// What the institution calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_name: Option<String>,
    /// What it is charged in Chile, in pesos.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub national: Option<CardAmounts>,
    /// What it is charged abroad, in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub international: Option<CardAmounts>,
    /// The first day of what was billed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_from: Option<Date>,
    /// When it was billed last, which is the last day of that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed_on: Option<Date>,
    /// Until when that is to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
    /// What was billed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub billed: Option<Money>,
    /// The least of it that must be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_payment: Option<Money>,
}

/// What may be used of a card, in one currency.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardAmounts {
    /// In all.
    pub limit: Money,
    /// Used of it.
    pub used: Money,
    /// What is left.
    pub available: Money,
}

/// Something that was bought with a card in instalments (*compra en cuotas*). Fills the plans of Mi
/// Banco's cards.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct InstalmentPlan {
    /// The card's number, masked, as in [`CreditCard::number`].
    pub card_number: String,
    /// Where it was bought, as the institution writes it.
    pub merchant: String,
    /// When it was bought.
    pub bought_on: Date,
    /// What all instalments come to.
    pub total: Money,
    /// One instalment. The last one may differ, so that all come to the total.
    pub instalment: Money,
    /// Instalments in all.
    pub instalments: u32,
    /// Instalments that were charged to the card.
    pub instalments_paid: u32,
    /// Instalments that are still to be charged.
    pub instalments_left: u32,
    /// What those that are left come to, where the institution tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Money>,
    /// When the next one is charged, where the institution tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_on: Option<Date>,
}

/// The credit line of a current account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreditLine {
    /// Its number.
    pub number: String,
    /// The current account that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
    /// In all.
    pub limit: Money,
    /// Used of it.
    pub used: Money,
    /// What is left.
    pub available: Money,
    /// Until when it is granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
}

silent!(CreditCard CardAmounts InstalmentPlan CreditLine);
