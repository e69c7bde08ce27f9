//! Who the customer is, unmasked.

use cartola_primitives::{Date, Rut};
use serde::{Deserialize, Serialize};

use super::code::personal;
use super::{CustomerSegment, text};

/// 200 of `GET identity`. The masked one is [`super::Profile`].
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The customer's RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// The whole name, given names first; of a company its razón social.
    pub name: String,
    /// Given names; absent for a company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_names: Option<String>,
    /// The father's surname; absent for a company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_surname: Option<String>,
    /// The mother's surname; absent for a company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub second_surname: Option<String>,
    /// Birth; absent for a company.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub birth_date: Option<Date>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Mobile number, with the country's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Where they live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The kind of customer.
    pub customer_segment: CustomerSegment,
}

/// An address in Chile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// Comuna.
    pub commune: String,
    /// Región.
    pub region: String,
}

personal!(Identity, Address);
