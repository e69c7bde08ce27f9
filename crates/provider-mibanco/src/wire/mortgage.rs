//! Mortgages in UF.

use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Date, Quantity};
use serde::{Deserialize, Serialize};

use super::code::{personal, words};
use super::{Address, text};

/// 200 of `GET mortgages`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mortgages {
    /// Those of which something is owed.
    pub mortgages: Vec<Mortgage>,
}

words! {
    /// Whether the rate may change.
    RateType {
        /// Fija.
        Fixed = "FIJA",
        /// Mixta: fixed for some years.
        Mixed = "MIXTA",
    }
}

/// One mortgage. Amounts in minor units of its currency: `CLF` with ten thousandths of a UF.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mortgage {
    /// Número de operación.
    pub operation_id: String,
    /// Such as `MUTUO HIPOTECARIO UF`.
    pub product_name: String,
    /// `CLF`.
    pub currency: Currency,
    /// The day of the deed.
    pub deed_date: Date,
    /// What was owed at the beginning.
    pub initial_balance: i64,
    /// Saldo de capital.
    pub balance: i64,
    /// How many dividends there are.
    pub dividends: u16,
    /// How many were paid.
    pub paid_dividends: u16,
    /// How many fell due and were not paid.
    pub late_dividends: u16,
    /// What those come to.
    pub late_amount: i64,
    /// The dividend, insurance included.
    pub dividend: i64,
    /// What of the dividend is insurance.
    pub insurance: i64,
    /// What the insurance covers.
    pub insured_amount: i64,
    /// Percent a year.
    pub annual_rate: Quantity,
    /// Carga anual equivalente vigente, percent.
    pub cae: Quantity,
    /// Whether the rate may change.
    pub rate_type: RateType,
    /// When it changes; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_change_date: Option<Date>,
    /// The account that is debited.
    #[serde(with = "text::account")]
    pub account_id: AccountNumber,
    /// The day of the month from which that is done, on the next bank day.
    pub charge_day: u8,
    /// When the next dividend falls due; absent after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_due_date: Option<Date>,
    /// When a dividend was paid last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_payment_date: Option<Date>,
    /// What was mortgaged.
    pub property: Property,
}

/// A property.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// `Casa`, `Departamento`.
    pub kind: String,
    /// Where it stands.
    pub address: Address,
    /// The rol de avalúo, such as `01234-00056`.
    pub rol: String,
    /// Valor de tasación, in the currency of the mortgage.
    pub valuation: i64,
}

personal!(Mortgage, Property);
