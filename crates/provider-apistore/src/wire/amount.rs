//! Exact amounts as JSON writes them.

use cartola_primitives::Money;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

/// An amount in the major unit of its currency, written digit by digit: `1234567` of CLP, `15.90`
/// of USD. A float would not be one.
#[derive(Clone, PartialEq, Eq)]
pub struct Amount(String);

impl Amount {
    /// The amount with its sign.
    pub fn of(money: Money) -> Self {
        Self(money.to_decimal_string())
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone());
        raw.expect("figures with a sign and a point are JSON").serialize(serializer)
    }
}

#[cfg(feature = "server")]
impl utoipa::PartialSchema for Amount {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::Type::Number)
            .description(Some("An exact number in the major unit of its currency."))
            .into()
    }
}

#[cfg(feature = "server")]
impl utoipa::ToSchema for Amount {}
