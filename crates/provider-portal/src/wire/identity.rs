//! Who somebody is, as Registro Civil and Clave Única know it.

use cartola_primitives::{Date, Rut};
use serde::{Deserialize, Serialize};

use super::personal::personal;
use super::text;
use super::words::words;

words! {
    /// A sex, as the civil register writes it.
    Sex {
        /// Femenino.
        Female = "F",
        /// Masculino.
        Male = "M",
    }
}

/// 200 of `GET identity`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The RUN.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// The whole name, given names first.
    pub name: String,
    /// Given names.
    pub given_names: String,
    /// The father's surname.
    pub first_surname: String,
    /// The mother's surname.
    pub second_surname: String,
    /// Birth.
    pub birth_date: Date,
    /// The sex.
    pub sex: Sex,
    /// Such as `CHILENA`.
    pub nationality: String,
    /// Estado civil, such as `SOLTERO(A)`. Registro Civil alone knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marital_status: Option<String>,
    /// Until when the cédula is good. Registro Civil alone knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document_expires: Option<Date>,
    /// E-mail address. Clave Única alone knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Mobile number, with the country's code. Clave Única alone knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mobile: Option<String>,
    /// Where they live. Clave Única alone knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

/// An address in Chile.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street.
    pub street: String,
    /// Number.
    pub number: String,
    /// Departamento, block, población.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
    /// Comuna.
    pub commune: String,
    /// Región.
    pub region: String,
}

personal!(Identity, Address);
