//! The unemployment insurance.

use cartola_primitives::{Date, Rut};
use serde::{Deserialize, Serialize};

use super::identity::Address;
use super::personal::personal;
use super::text;
use super::words::words;

/// 200 of `GET contributions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contributions {
    /// The last first; of a month the worker's before the employer's.
    pub contributions: Vec<Contribution>,
}

words! {
    /// Who contributes.
    Contributor {
        /// The worker.
        Worker = "Cotiz. Trabajador",
        /// The employer.
        Employer = "Cotiz. Empleador",
    }
}

/// One contribution, in whole pesos.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    /// The first day of the month that was worked.
    pub month: Date,
    /// The employer's name.
    pub employer: String,
    /// The employer's RUT.
    #[serde(with = "text::rut")]
    pub employer_rut: Rut,
    /// Renta imponible: what was earned, and no more than the month's cap.
    pub income: i64,
    /// What was contributed.
    pub amount: i64,
    /// By whom.
    pub contributor: Contributor,
}

/// 200 of `GET employers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employers {
    /// The last first.
    pub employers: Vec<Employer>,
}

words! {
    /// For how long a contract was made.
    ContractType {
        /// Indefinite.
        Indefinite = "DURACIÓN INDEFINIDA",
        /// Until a day.
        FixedTerm = "PLAZO FIJO",
    }
}

/// One contract.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Employer {
    /// The employer's name.
    pub employer: String,
    /// The employer's RUT.
    #[serde(with = "text::rut")]
    pub employer_rut: Rut,
    /// When it was told to the AFC.
    pub subscription_date: Date,
    /// For how long it was made.
    pub contract_type: ContractType,
    /// When it began.
    pub start_date: Date,
    /// When it ended; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_date: Option<Date>,
}

/// 200 of `GET personal-info`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalInfo {
    /// The whole name, given names first.
    pub name: String,
    /// The RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// Birth.
    pub birth_date: Date,
    /// When they were first insured.
    pub affiliation_date: Date,
    /// Phone number, without the country's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where they live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
}

personal!(Contribution, Employer, PersonalInfo);
