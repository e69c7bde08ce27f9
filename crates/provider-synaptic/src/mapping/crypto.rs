//! Crypto assets.

use cartola_model::records::CryptoHoldings;

use crate::wire::{CryptoBalancePair, CryptoBalances, Decimal};

pub fn balances(held: &CryptoHoldings) -> CryptoBalances {
    let balances = held.balances.iter().map(|balance| CryptoBalancePair {
        currency: balance.asset.clone(),
        balance: Decimal::of_quantity(balance.quantity),
        balance_usd: balance.value.map(Decimal::of_money),
    });
    CryptoBalances {
        exchange_name: held.exchange.clone(),
        total_balance_usd: Decimal::of_money(held.total),
        balances: balances.collect(),
    }
}
