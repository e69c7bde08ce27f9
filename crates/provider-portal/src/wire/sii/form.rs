//! Declarations, by the codes of their forms.

use std::collections::BTreeMap;

use cartola_primitives::{Date, Quantity};
use serde::{Deserialize, Serialize};

/// A form 29: what a company declares each month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IvaDeclaration {
    /// The first day of the month that it tells of.
    pub period: Date,
    /// Folio.
    pub folio: String,
    /// When it was declared and paid.
    pub declared_on: Date,
    /// By code, such as `538`: whole pesos, counts, and percent for `115`.
    pub codes: BTreeMap<String, Quantity>,
}

/// A form 22: what is declared each April of the year before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncomeDeclaration {
    /// Año tributario: the year in which it was declared.
    pub year: i16,
    /// Folio.
    pub folio: String,
    /// When it was declared.
    pub declared_on: Date,
    /// By code, such as `305`: whole pesos, below zero where the treasury owes.
    pub codes: BTreeMap<String, Quantity>,
}
