//! Crypto assets.

use cartola_primitives::{Money, Quantity};
use serde::{Deserialize, Serialize};

use super::silent;

/// What is held at an exchange. Fills Synaptic's *Balance de Criptoactivos*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CryptoHoldings {
    /// The exchange, as it calls itself.
    pub exchange: String,
    /// What everything is worth in dollars, at the prices of the reading.
    pub total: Money,
    /// Each asset.
    pub balances: Vec<CryptoBalance>,
}

/// What is held of one asset.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CryptoBalance {
    /// The asset, such as `BTC`.
    pub asset: String,
    /// How much of it.
    pub quantity: Quantity,
    /// What one is worth in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Quantity>,
    /// What all of it is worth in dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
}

silent!(CryptoHoldings CryptoBalance);
