//! Exact numbers as JSON writes them.

use std::fmt;

use cartola_primitives::{Money, Quantity};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// A number that is written digit by digit: the document has amounts as numbers, and a float would
/// not be one.
#[derive(Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl Decimal {
    /// An amount in the major unit of its currency: `1433.734` of CLF, `15000000` of CLP.
    pub fn of_money(amount: Money) -> Self {
        let written = amount.to_decimal_string();
        if !written.contains('.') {
            return Self(written);
        }
        Self(written.trim_end_matches('0').trim_end_matches('.').to_owned())
    }

    /// A quantity.
    pub fn of_quantity(quantity: Quantity) -> Self {
        Self(quantity.to_string())
    }

    /// A whole number.
    pub fn of_whole(number: i64) -> Self {
        Self(number.to_string())
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone());
        raw.expect("figures with a sign and a point are JSON").serialize(serializer)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Decimal(…)")
    }
}

#[cfg(feature = "server")]
impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::Number)
            .description(Some("An exact number."))
            .into()
    }
}

#[cfg(feature = "server")]
impl utoipa::ToSchema for Decimal {}

#[cfg(test)]
mod tests {
    use cartola_primitives::{Currency, Money};

    use super::Decimal;

    fn check(minor: i64, currency: Currency, expected: &str) {
        let written = serde_json::to_string(&Decimal::of_money(Money::new(minor, currency)));
        assert_eq!(written.unwrap(), expected);
    }

    #[test]
    fn amounts_are_written_in_their_major_unit() {
        check(15_000_000, Currency::CLP, "15000000");
        check(-1, Currency::CLP, "-1");
        check(14_337_340, Currency::CLF, "1433.734");
        check(155_200, Currency::CLF, "15.52");
        check(20_000, Currency::CLF, "2");
        check(-5, Currency::USD, "-0.05");
        check(37_739, Currency::USD, "377.39");
        check(0, Currency::USD, "0");
        check(i64::MIN, Currency::USD, "-92233720368547758.08");
    }
}
