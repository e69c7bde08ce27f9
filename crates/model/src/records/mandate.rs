//! Mandates to charge an account (PAC) or a card (PAT).

use cartola_primitives::rut::serde_compact_option;
use cartola_primitives::{Date, Money, Rut};
use serde::{Deserialize, Serialize};

use super::silent;

/// A mandate to charge an account: *pago automático de cuentas*. Fills Synaptic's *PAC*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DebitMandate {
    /// Who charges.
    pub company: String,
    /// What they do, as the institution writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The customer's number at the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_number: Option<String>,
    /// Most that is charged in a month, mostly in UF.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monthly_limit: Option<Money>,
    /// The account that is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_number: Option<String>,
}

/// A mandate to charge a credit card: *pago automático con tarjeta*. Fills Synaptic's *PAT*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CardMandate {
    /// What the customer calls it.
    pub alias: String,
    /// Where it stands, as the institution writes it, such as `Inscrito`.
    pub state: String,
    /// The brand of the card.
    pub card_brand: String,
    /// The number of the card, masked.
    pub card_number: String,
    /// What is paid, as the institution writes it.
    pub category: String,
    /// Who charges.
    pub company: String,
    /// The institution's code for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_code: Option<String>,
    /// The customer's number at the company.
    pub service_id: String,
    /// Since when the card is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begins_on: Option<Date>,
    /// When it was charged first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_charge_on: Option<Date>,
    /// When it was charged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_charge_on: Option<Date>,
    /// When it is charged next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_charge_on: Option<Date>,
    /// Most that is charged at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<CardMandateLimit>,
    /// The name of who gave the mandate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// Their RUT.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_compact_option")]
    pub owner_rut: Option<Rut>,
    /// Where it was given, as the institution writes it, such as `Establecimiento`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// On what, as the institution writes it, such as `Mandato Físico`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instruction: Option<String>,
    /// By which way it came, as the institution writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// Most that a card is charged at once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum CardMandateLimit {
    /// Whatever is asked.
    Unlimited,
    /// This.
    UpTo(Money),
}

silent!(DebitMandate CardMandate CardMandateLimit);
