//! Carpeta tributaria.

use cartola_primitives::{Date, Quantity, Rut, Timestamp};
use serde::{Deserialize, Serialize};

use super::form::{IncomeDeclaration, IvaDeclaration};
use super::status::Activity;
use crate::wire::personal::personal;
use crate::wire::text;

/// 200 of `GET tax-folder`. Whole pesos.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxFolder {
    /// The name or razón social.
    pub name: String,
    /// The RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// When it was drawn up.
    pub generated_at: Timestamp,
    /// Contribuyente.
    pub taxpayer: Taxpayer,
    /// Companies that they take part in.
    pub companies: Vec<Company>,
    /// Bienes raíces.
    pub properties: Vec<Property>,
    /// Boletas de honorarios that they issued, a row for each year, the last first.
    pub boletas: Vec<BoletasYear>,
    /// Forms 29, the last first.
    pub iva: Vec<IvaDeclaration>,
    /// Forms 22, the last first.
    pub income: Vec<IncomeDeclaration>,
}

/// What is known of a taxpayer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taxpayer {
    /// Inicio de actividades; absent where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activities_began: Option<Date>,
    /// Actividades económicas.
    pub activities: Vec<Activity>,
    /// `PRIMERA`, `SEGUNDA`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Domicilio.
    pub address: String,
    /// Comuna.
    pub commune: String,
    /// Región.
    pub region: String,
    /// E-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone number, with the country's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A company that somebody takes part in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Company {
    /// Its RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// Razón social.
    pub name: String,
    /// Since when.
    pub since: Date,
    /// Percent of the capital.
    pub capital_share: Quantity,
    /// Percent of the profit.
    pub profit_share: Quantity,
}

/// A bien raíz.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Rol de avalúo, such as `01234-00056`.
    pub rol: String,
    /// Comuna.
    pub commune: String,
    /// Street and number.
    pub address: String,
    /// `HABITACIONAL`.
    pub use_of: String,
    /// Avalúo fiscal, in whole pesos of the day.
    pub fiscal_valuation: i64,
    /// Whether no contribuciones are paid for it.
    pub is_exempt: bool,
}

/// The boletas of a year, in whole pesos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoletasYear {
    /// The year.
    pub year: i16,
    /// Oldest first.
    pub boletas: Vec<Boleta>,
    /// Honorarios brutos.
    pub gross: i64,
    /// What was withheld.
    pub withheld: i64,
    /// Líquido.
    pub net: i64,
}

/// One boleta, in whole pesos.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boleta {
    /// Its number.
    pub number: u32,
    /// When it was issued.
    pub issue_date: Date,
    /// Who it is for.
    #[serde(with = "text::rut")]
    pub receiver_rut: Rut,
    /// Their name.
    pub receiver_name: String,
    /// Honorarios brutos.
    pub gross: i64,
    /// What the receiver withheld.
    pub withheld: i64,
    /// Líquido: what was paid.
    pub net: i64,
}

personal!(TaxFolder, Taxpayer, Company, Property, Boleta);
