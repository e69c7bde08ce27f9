//! Accounts at companies that send bills.

use cartola_primitives::{Date, Money};
use serde::{Deserialize, Serialize};

use super::silent;

/// A customer's account at a company whose bills are paid through the institution: light, water,
/// telephone. Fills Synaptic's *Cuenta de Servicio* and Mi Banco's bills.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ServiceAccount {
    /// The company.
    pub company: String,
    /// The code by which the institution knows the company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company_code: Option<String>,
    /// What the company sells, as the institution writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// What the customer calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
    /// The customer's number at the company.
    pub customer_number: String,
    /// The bill that is to be paid, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
}

/// A bill that is to be paid.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Bill {
    /// How much.
    pub amount: Money,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Date>,
}

silent!(ServiceAccount Bill);
