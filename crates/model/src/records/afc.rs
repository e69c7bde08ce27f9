//! Unemployment insurance (AFC).

use cartola_primitives::rut::serde_compact;
use cartola_primitives::{Date, Money, Rut};
use serde::{Deserialize, Serialize};

use super::{Address, silent};

/// What was contributed for a month by one side. Fills Synaptic's *Cotizaciones AFC*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AfcContribution {
    /// The first day of the month.
    pub month: Date,
    /// The employer's registered name, as the AFC cuts it.
    pub employer: String,
    /// The income that is insured.
    pub income: Money,
    /// What was contributed.
    pub amount: Money,
    /// By whom; absent where the institution uses a word that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contributor: Option<Contributor>,
}

/// Who contributes.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Contributor {
    /// Who works.
    Worker,
    /// Who employs.
    Employer,
}

/// An employer that contributes or did. Fills Synaptic's *Empleadores AFC*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AfcEmployer {
    /// When it was reported.
    pub subscribed_on: Date,
    /// The employer's RUT.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// The employer's registered name.
    pub name: String,
    /// What kind of contract, as the AFC writes it, such as `DURACIÓN INDEFINIDA`.
    pub contract: String,
    /// Since when.
    pub begun_on: Date,
    /// Until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_on: Option<Date>,
}

/// What the AFC knows of a person. Fills Synaptic's *Información Personal AFC*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AfcAffiliate {
    /// The name.
    pub name: String,
    /// The RUT.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// The day of birth.
    pub born_on: Date,
    /// Since when they are insured.
    pub affiliated_on: Date,
    /// The telephone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Where they live.
    #[serde(default)]
    pub address: Address,
}

silent!(AfcContribution Contributor AfcEmployer AfcAffiliate);
