//! Whom a customer transfers to.

use cartola_primitives::Rut;
use serde::{Deserialize, Serialize};

use super::code::personal;
use super::{AccountType, text};

/// 200 of `GET beneficiaries`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beneficiaries {
    /// In the order in which the customer sees them.
    pub beneficiaries: Vec<Beneficiary>,
}

/// One destinatario TEF.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beneficiary {
    /// The name.
    pub name: String,
    /// The RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// The CMF's code of the bank; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_code: Option<String>,
    /// The name of the bank.
    pub bank_name: String,
    /// The account as its bank writes it.
    pub account_number: String,
    /// What kind of account it is.
    pub account_type: AccountType,
    /// Who is told of a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// What the customer calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias: Option<String>,
}

personal!(Beneficiary);
