//! Service accounts and their bills.

use cartola_primitives::{Currency, Date};
use serde::{Deserialize, Serialize};

use super::personal::personal;

/// 200 of `GET service-accounts`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAccounts {
    /// In the order in which the user sees them.
    pub service_accounts: Vec<ServiceAccount>,
}

/// One service account.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceAccount {
    /// Who supplies, such as `ENEL DISTRIBUCION`.
    pub company: String,
    /// Rubro, such as `Electricidad`.
    pub category: String,
    /// What the user calls it, such as `Luz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The number that the company knows the user by.
    pub client_number: String,
    /// What is to be paid; empty where everything is.
    pub bills: Vec<Bill>,
}

/// One bill, in minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The currency.
    pub currency: Currency,
    /// What is to be paid.
    pub amount: i64,
    /// When it was issued.
    pub issue_date: Date,
    /// Until when it is to be paid.
    pub due_date: Date,
}

personal!(ServiceAccount);
