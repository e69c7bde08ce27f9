//! What a client sends.

use serde::Serialize;

use super::{Amount, Counterparty};

/// A payment, or a single deposit, as a client asks for it. Ours, as all of *Pagos* and *Abono en
/// línea* are.
#[derive(Serialize)]
pub struct PaymentRequest<'a> {
    /// The account that pays.
    pub account_id: &'a str,
    /// Whole pesos.
    pub amount: Amount,
    /// ISO 4217.
    pub currency: &'static str,
    /// Who is paid.
    pub counterparty: Counterparty,
    /// What both sides are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    /// What its payer knows it by.
    pub reference: &'a str,
}
