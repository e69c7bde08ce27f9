//! A crypto exchange.

use cartola_primitives::Currency;
use cartola_provider_portal::wire::cryptomkt::{Balance, Balances};

use super::told::Asking;
use crate::holding::{crypto, decimal};

const EXCHANGE: &str = "CRYPTOMKT";
/// Prices are in millionths of a dollar.
const PRICE_DECIMALS: u32 = 6;

/// `GET balances`: an empty list for whoever holds nothing.
pub(crate) fn tell(asking: &Asking) -> Balances {
    let held = crypto::held(&asking.resident, asking.now.date());
    let balances: Vec<Balance> = held
        .iter()
        .map(|holding| Balance {
            asset: holding.asset.code.clone(),
            name: holding.asset.name.clone(),
            quantity: decimal(holding.quantity, holding.asset.decimals),
            price: decimal(holding.price, PRICE_DECIMALS),
            value: holding.worth(),
        })
        .collect();
    Balances {
        exchange: EXCHANGE.to_owned(),
        as_of: asking.instant,
        currency: Currency::USD,
        total: balances.iter().map(|balance| balance.value).sum(),
        balances,
    }
}
