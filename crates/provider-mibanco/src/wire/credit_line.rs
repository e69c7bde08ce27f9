//! Credit lines.

use cartola_model::AccountNumber;
use cartola_primitives::Currency;
use serde::{Deserialize, Serialize};

use super::text;

/// 200 of `GET credit-lines`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditLines {
    /// In the bank's order, which does not change between calls.
    pub credit_lines: Vec<CreditLine>,
}

/// One credit line, in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreditLine {
    /// Its number as the bank writes it.
    #[serde(with = "text::account")]
    pub line_id: AccountNumber,
    /// The account that it backs.
    #[serde(with = "text::account")]
    pub account_id: AccountNumber,
    /// The bank's name for the product.
    pub name: String,
    /// Its currency.
    pub currency: Currency,
    /// Cupo aprobado.
    pub limit: i64,
    /// Monto utilizado.
    pub used: i64,
    /// Saldo disponible.
    pub available: i64,
}
