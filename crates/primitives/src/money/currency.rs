//! Currencies and units of account, as rows of data.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use thiserror::Error;

use crate::text_serde;

/// One currency or unit of account.
#[derive(Debug)]
pub struct CurrencyRow {
    /// ISO 4217 code; `UTM`, which has none, by its usual letters.
    pub code: &'static str,
    /// Decimals that one minor unit stands for: 0 for CLP, 2 for USD.
    pub exponent: u8,
    /// Name in Spanish.
    pub name: &'static str,
    /// What Chile writes before the figures, with its space where it has one.
    pub symbol: &'static str,
}

/// Every currency known. A new one is a row at the end.
///
/// Exponents are those of ISO 4217 (list one); the UTM is published in whole pesos and its
/// amounts are written with two decimals.
pub static CURRENCIES: &[CurrencyRow] = &[
    CurrencyRow { code: "CLP", exponent: 0, name: "Peso chileno", symbol: "$" },
    CurrencyRow { code: "USD", exponent: 2, name: "Dólar estadounidense", symbol: "US$" },
    CurrencyRow { code: "EUR", exponent: 2, name: "Euro", symbol: "€" },
    CurrencyRow { code: "CLF", exponent: 4, name: "Unidad de Fomento", symbol: "UF " },
    CurrencyRow { code: "UTM", exponent: 2, name: "Unidad Tributaria Mensual", symbol: "UTM " },
];

/// A row of [`CURRENCIES`]; serialized as its code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    index: u8,
}

/// The code is not in [`CURRENCIES`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("unknown currency code, expected a code such as CLP or USD in capitals")]
pub struct CurrencyError;

impl Currency {
    /// Chilean peso, without decimals.
    pub const CLP: Self = Self { index: 0 };
    /// United States dollar.
    pub const USD: Self = Self { index: 1 };
    /// Euro.
    pub const EUR: Self = Self { index: 2 };
    /// Unidad de Fomento (UF), with four decimals.
    pub const CLF: Self = Self { index: 3 };
    /// Unidad Tributaria Mensual.
    pub const UTM: Self = Self { index: 4 };

    /// Finds a currency by its exact code, in capitals.
    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        (0_u8..)
            .zip(CURRENCIES)
            .find(|(_, row)| row.code == code)
            .map(|(index, _)| Self { index })
            .ok_or(CurrencyError)
    }

    /// The code, such as `CLP`.
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// Decimals of the major unit that the minor unit stands for.
    pub fn exponent(self) -> u8 {
        self.row().exponent
    }

    /// Name in Spanish.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    pub(super) fn row(self) -> &'static CurrencyRow {
        &CURRENCIES[usize::from(self.index)]
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_serde::deserialize(deserializer, "a currency code such as CLP", Self::parse)
    }
}
