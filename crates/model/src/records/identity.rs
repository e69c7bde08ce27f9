//! Who somebody is.

use cartola_primitives::rut::{serde_compact, serde_compact_option};
use cartola_primitives::{Date, Rut};
use serde::{Deserialize, Serialize};

use super::silent;

/// A person or company, as an institution knows its customer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identity {
    /// The RUT.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// The full name, or the registered name of a company.
    pub name: String,
    /// The day of birth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born_on: Option<Date>,
    /// The nationality, as the institution writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<String>,
    /// The e-mail address, masked where the institution masks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The telephone number, masked where the institution masks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Where they live or have their seat.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// The kind of customer, as the institution writes it, such as `personas`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// Who acts for a company.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "serde_compact_option")]
    pub representative: Option<Rut>,
}

/// An address in Chile.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Address {
    /// The street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street: Option<String>,
    /// The number in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Flat, block, sector or the like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extra: Option<String>,
    /// The commune.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commune: Option<String>,
    /// The region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

silent!(Identity Address);
