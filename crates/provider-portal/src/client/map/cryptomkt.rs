//! Crypto assets.

use cartola_model::Record;
use cartola_model::records::{CryptoBalance, CryptoHoldings};
use cartola_primitives::{Currency, Money};

use super::{Told, each};
use crate::wire::cryptomkt::Balances;

impl Told for Balances {
    fn record(self) -> Result<Record, &'static str> {
        if self.currency != Currency::USD {
            return Err("what is held is valued in something else than dollars");
        }
        let dollars = |cents| Money::new(cents, Currency::USD);
        let balances = each(self.balances, |told| CryptoBalance {
            asset: told.asset,
            quantity: told.quantity,
            price: Some(told.price),
            value: Some(dollars(told.value)),
        })?;
        Ok(Record::CryptoHoldings(CryptoHoldings {
            exchange: self.exchange,
            total: dollars(self.total),
            balances,
        }))
    }
}
