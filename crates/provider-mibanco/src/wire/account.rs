//! Accounts and what is on them.

use std::fmt;

use cartola_model::AccountNumber;
use cartola_primitives::{Currency, Timestamp};
use serde::{Deserialize, Serialize};

use super::code::words;
use super::text;

words! {
    /// What an account is, in the bank's words.
    AccountType {
        /// Cuenta corriente.
        Checking = "CUENTA_CORRIENTE",
        /// Cuenta vista.
        Sight = "CUENTA_VISTA",
        /// `CuentaRUT` of `BancoEstado`.
        Rut = "CUENTA_RUT",
        /// Cuenta de ahorro.
        Savings = "CUENTA_AHORRO",
        /// Chequera electrónica.
        ElectronicChequebook = "CHEQUERA_ELECTRONICA",
    }
}

/// 200 of `GET accounts`. Cards and credit lines have calls of their own and are not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// In the bank's order, which does not change between calls.
    pub accounts: Vec<Account>,
}

/// One account. An alias may name a person, so `Debug` leaves it out.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Its number as the bank writes it, such as `00-123-45678-90`: what other calls name it by.
    #[serde(with = "text::account")]
    pub account_id: AccountNumber,
    /// What it is.
    pub account_type: AccountType,
    /// Its currency: `CLP`, `USD`.
    pub currency: Currency,
    /// What the customer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("account_id", &self.account_id)
            .field("account_type", &self.account_type)
            .field("currency", &self.currency)
            .finish_non_exhaustive()
    }
}

/// 200 of `GET balances`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balances {
    /// One for each account of `GET accounts`.
    pub balances: Vec<Balance>,
}

/// The balances of one account, in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// Which account.
    #[serde(with = "text::account")]
    pub account_id: AccountNumber,
    /// Its currency.
    pub currency: Currency,
    /// Saldo disponible, the credit line left out.
    pub available: i64,
    /// Saldo contable.
    pub ledger: i64,
    /// What may still be drawn beyond the account's own money; 0 without a credit line.
    pub overdraft: i64,
    /// When the bank read them.
    pub as_of: Timestamp,
}
