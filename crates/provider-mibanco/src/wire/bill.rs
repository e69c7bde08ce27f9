//! Service accounts that a customer has registered, and what is owed there.

use cartola_primitives::{Currency, Date};
use serde::{Deserialize, Serialize};

use super::code::personal;

/// 200 of `GET bills`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bills {
    /// In the order in which the customer sees them.
    pub bills: Vec<Bill>,
}

/// One service account, in minor units of its currency.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    /// The code by which the bank knows who supplies, such as `1001`; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub biller_code: Option<String>,
    /// Who supplies, such as `ENEL DISTRIBUCION`.
    pub company: String,
    /// What the customer calls it, such as `Luz`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The number that the company knows the customer by.
    pub client_number: String,
    /// The currency.
    pub currency: Currency,
    /// What is owed now; 0 where everything is paid.
    pub debt: i64,
    /// Until when it is to be paid; absent where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_date: Option<Date>,
}

personal!(Bill);
