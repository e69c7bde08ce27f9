//! Mandates to charge an account or a card.

use serde::Serialize;

use super::Decimal;

/// *PAC*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pac {
    /// Who charges.
    pub company_name: String,
    /// What they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_type: Option<String>,
    /// The customer's number there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Most that is charged in a month, in UF.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_limit: Option<Decimal>,
}

/// Most that a card is charged at once.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(untagged)]
pub enum PatLimit {
    /// This, in pesos.
    Amount(Decimal),
    /// `NO_LIMIT`.
    Word(&'static str),
}

/// *PAT*.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pat {
    /// What the customer calls it.
    pub alias: String,
    /// Where it stands.
    pub state: String,
    /// The brand of the card.
    pub card_type: String,
    /// What is paid.
    pub category: String,
    /// Who charges.
    pub company_name: String,
    /// Their code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_code: Option<String>,
    /// The customer's number there.
    pub service_id: String,
    /// The card, masked.
    pub card_number: String,
    /// Since when, `2019-09-11`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pat_start_date: Option<String>,
    /// The last payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_payment_date: Option<String>,
    /// The next payment; empty where nobody knows.
    pub next_payment_date: String,
    /// The first payment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_payment_date: Option<String>,
    /// Most that is charged at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_limit: Option<PatLimit>,
    /// Who gave the mandate. Its members are ours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Owner>,
    /// Where it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    /// On what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instruction_type: Option<String>,
    /// By which way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// Who gave a mandate.
#[derive(Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The RUT, `11.111.111-1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rut: Option<String>,
}
