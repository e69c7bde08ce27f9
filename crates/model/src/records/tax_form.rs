//! Declarations to the SII, as their forms have them: amounts by code.

use std::collections::BTreeMap;

use cartola_primitives::{Date, Quantity};
use serde::{Deserialize, Serialize};

use super::silent;

/// A month's declaration of VAT (form 29).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VatDeclaration {
    /// The first day of the month.
    pub month: Date,
    /// The form's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folio: Option<String>,
    /// When it was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_on: Option<Date>,
    /// What stands at each code of the form: whole pesos, numbers of documents or rates.
    pub codes: BTreeMap<String, Quantity>,
}

/// A year's declaration of income (form 22).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IncomeDeclaration {
    /// The tax year (*año tributario*): the one after that of the income.
    pub year: i16,
    /// The form's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folio: Option<String>,
    /// When it was declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared_on: Option<Date>,
    /// What stands at each code of the form, whole pesos or rates.
    pub codes: BTreeMap<String, Quantity>,
}

silent!(VatDeclaration IncomeDeclaration);
