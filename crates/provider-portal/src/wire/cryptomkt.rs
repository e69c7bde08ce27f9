//! Crypto assets.

use cartola_primitives::{Currency, Quantity, Timestamp};
use serde::{Deserialize, Serialize};

/// 200 of `GET balances`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// The exchange's name.
    pub exchange: String,
    /// When it was read.
    pub as_of: Timestamp,
    /// `USD`.
    pub currency: Currency,
    /// What everything is worth, in cents: the sum of the values below.
    pub total: i64,
    /// What is held; nothing of which there is nothing.
    pub balances: Vec<Balance>,
}

/// One asset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Such as `BTC`.
    pub asset: String,
    /// Such as `Bitcoin`.
    pub name: String,
    /// How much.
    pub quantity: Quantity,
    /// Dollars for one.
    pub price: Quantity,
    /// What it is worth, in cents, rounded down.
    pub value: i64,
}
