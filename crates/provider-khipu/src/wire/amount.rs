use cartola_primitives::Money;
use serde::{Deserialize, Serialize};

/// An amount without its sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "PascalCase")]
pub struct Amount {
    /// Digits, and a point where the currency has decimals: `1234` pesos, `1234.50` dollars.
    pub amount: String,
    /// ISO 4217 code; `UTM` for what has none.
    pub currency: String,
}

/// The sign of an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum CreditDebit {
    /// Not negative: an abono, a balance in favour of the holder, nothing at all.
    Credit,
    /// Negative.
    Debit,
}

impl Amount {
    /// The amount without its sign, with all decimals of its currency.
    pub fn unsigned(money: Money) -> Self {
        let text = money.to_decimal_string();
        Self {
            amount: text.trim_start_matches('-').to_owned(),
            currency: money.currency().code().to_owned(),
        }
    }
}

impl CreditDebit {
    /// The sign of the amount.
    pub fn of(money: Money) -> Self {
        if money.minor() < 0 { Self::Debit } else { Self::Credit }
    }
}
