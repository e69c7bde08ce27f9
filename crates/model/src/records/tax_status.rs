//! What the SII says of a taxpayer to everybody.

use cartola_primitives::{Date, Timestamp};
use serde::{Deserialize, Serialize};

use super::silent;

/// A taxpayer's standing. Fills Synaptic's *Situación Tributaria SII*.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaxStatus {
    /// When it was looked up.
    pub consulted_at: Timestamp,
    /// Whether business is done (*inicio de actividades*).
    #[serde(default)]
    pub has_begun: bool,
    /// Since when; absent where that is not told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_on: Option<Date>,
    /// Whether taxes may be declared and paid in a foreign currency.
    pub foreign_currency: bool,
    /// Whether it is a smaller company (Ley 20.416).
    pub pro_pyme: bool,
    /// Documents that were stamped.
    pub documents: Vec<StampedDocument>,
    /// What business is done now.
    pub activities: Vec<EconomicActivity>,
}

/// A kind of document that the SII stamped.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StampedDocument {
    /// What it is, as the SII writes it, such as `Factura Electronica`.
    pub name: String,
    /// The year in which one was stamped last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_stamped_in: Option<i16>,
}

/// A business, by the SII's list.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EconomicActivity {
    /// Its code, six digits.
    pub code: String,
    /// Its name, as the SII writes it.
    pub name: String,
    /// The category of income tax, 1 or 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<u8>,
    /// Whether VAT is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<bool>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Date>,
}

silent!(TaxStatus StampedDocument EconomicActivity);
