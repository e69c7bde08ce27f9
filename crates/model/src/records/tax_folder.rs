//! The SII's tax folder.

use cartola_primitives::rut::serde_compact;
use cartola_primitives::{Date, Money, Quantity, Rut, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Address, EconomicActivity, IncomeDeclaration, VatDeclaration, silent};

/// A taxpayer's folder (*carpeta tributaria electrónica*). Fills Synaptic's *Carpeta Tributaria SII*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxFolder {
    /// The name.
    pub name: String,
    /// The RUT.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// When the SII made it.
    pub generated_at: Timestamp,
    /// What the SII knows of the taxpayer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taxpayer: Option<Taxpayer>,
    /// Companies that the taxpayer has a part in.
    pub companies: Vec<CompanyShare>,
    /// Real estate.
    pub properties: Vec<Property>,
    /// Fees (*boletas de honorarios electrónicas*), by month.
    pub boletas: Vec<BoletasMonth>,
    /// Declarations of VAT, newest first.
    pub vat: Vec<VatDeclaration>,
    /// Declarations of income, newest first.
    pub income: Vec<IncomeDeclaration>,
}

/// What the SII knows of a taxpayer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Taxpayer {
    /// Since when business is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_on: Option<Date>,
    /// What business.
    pub activities: Vec<EconomicActivity>,
    /// The address that the SII has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// When a document was stamped last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_stamped_on: Option<Date>,
    /// What the SII remarks.
    pub remarks: Vec<String>,
}

/// A part in a company.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CompanyShare {
    /// The company's RUT.
    #[serde(with = "serde_compact")]
    pub rut: Rut,
    /// The company's name.
    pub name: String,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
    /// The part in its capital, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capital: Option<Quantity>,
    /// The part in its profits, percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profits: Option<Quantity>,
}

/// Real estate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Property {
    /// The commune.
    pub commune: String,
    /// The number in the commune's roll (*rol*).
    pub roll: String,
    /// The address.
    pub address: String,
    /// What it is used for, as the SII writes it, such as `Habitacional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What it is valued at for taxes (*avalúo fiscal*).
    pub valuation: Money,
    /// Whether property tax is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<bool>,
}

/// The fees of one month.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoletasMonth {
    /// The first day of the month.
    pub month: Date,
    /// Boletas that count.
    pub issued: u32,
    /// Boletas that were taken back.
    pub annulled: u32,
    /// Gross fees.
    pub gross: Money,
    /// What those who paid withheld.
    pub withheld_by_others: Money,
    /// What is to be paid by oneself.
    pub withheld_by_self: Money,
    /// What is left.
    pub net: Money,
}

silent!(TaxFolder Taxpayer CompanyShare Property BoletasMonth);
