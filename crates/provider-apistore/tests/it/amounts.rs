//! Amounts are exact, whatever the currency.

use cartola_primitives::{Currency, Money};
use cartola_provider_apistore::wire::Amount;
use proptest::prelude::*;

fn any_currency() -> impl Strategy<Value = Currency> {
    let all = [Currency::CLP, Currency::USD, Currency::EUR, Currency::CLF, Currency::UTM];
    prop::sample::select(all.to_vec())
}

proptest! {
    #[test]
    fn an_amount_is_a_number_that_means_the_same(minor in any::<i64>(), currency in any_currency()) {
        let money = Money::new(minor, currency);
        let written = serde_json::to_string(&Amount::of(money)).unwrap();
        prop_assert!(serde_json::from_str::<serde_json::Number>(&written).is_ok());
        prop_assert_eq!(Money::parse_decimal(&written, currency), Ok(money));
    }
}
