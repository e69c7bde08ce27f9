//! Exact amounts as JSON writes them.

use cartola_primitives::{Currency, Money};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Longest number that is read as an amount, in characters: 64 bits have 19 digits, and a writer of
/// floats adds a few zeros.
const MAX_CHARACTERS: usize = 32;

/// An amount in the major unit of its currency, written digit by digit: `1234567` of CLP, `15.90`
/// of USD. A float would not be one.
#[derive(Clone, PartialEq, Eq)]
pub struct Amount(String);

/// Why a number is no amount of a currency. Says nothing of the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AmountError;

impl Amount {
    /// The amount with its sign.
    pub fn of(money: Money) -> Self {
        Self(money.to_decimal_string())
    }

    /// The same in a currency. Zeros behind what the currency has decimals for are passed over, as
    /// writers of floats print them: `1000.0` of CLP. Anything else there is no amount of it.
    pub fn money(&self, currency: Currency) -> Result<Money, AmountError> {
        let text = match self.0.split_once('.') {
            Some((whole, decimals)) => {
                let kept = usize::from(currency.exponent());
                let (kept, beyond) = decimals.split_at_checked(kept).unwrap_or((decimals, ""));
                if beyond.bytes().any(|digit| digit != b'0') {
                    return Err(AmountError);
                }
                let point = if kept.is_empty() { "" } else { "." };
                format!("{whole}{point}{kept}")
            }
            None => self.0.clone(),
        };
        Money::parse_decimal(&text, currency).map_err(|_| AmountError)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw = RawValue::from_string(self.0.clone());
        raw.expect("figures with a sign and a point are JSON").serialize(serializer)
    }
}

/// A JSON number without an exponent, digit by digit.
impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        let is_figure = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        if text.len() > MAX_CHARACTERS || !text.bytes().all(is_figure) {
            return Err(D::Error::custom("expected a number without an exponent"));
        }
        Ok(Self(text.to_owned()))
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
