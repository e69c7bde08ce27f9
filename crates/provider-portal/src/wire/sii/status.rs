//! Situación tributaria.

use cartola_primitives::{Date, Rut, Timestamp};
use serde::{Deserialize, Serialize};

use crate::wire::personal::personal;
use crate::wire::text;

/// 200 of `GET tax-status`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxStatus {
    /// The RUT.
    #[serde(with = "text::rut")]
    pub rut: Rut,
    /// The name or razón social.
    pub name: String,
    /// When it was asked.
    pub asked_at: Timestamp,
    /// Whether activities began.
    pub has_activities: bool,
    /// When they did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activities_began: Option<Date>,
    /// Whether taxes may be paid in foreign currency.
    pub foreign_currency: bool,
    /// Empresa de menor tamaño, pro pyme.
    pub is_pro_pyme: bool,
    /// Documentos timbrados.
    pub stamped_documents: Vec<StampedDocument>,
    /// Actividades económicas that are in force.
    pub activities: Vec<Activity>,
}

/// A kind of document that was stamped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StampedDocument {
    /// Such as `FACTURA ELECTRONICA`.
    pub document: String,
    /// The year in which it last was.
    pub last_year: i16,
}

/// An actividad económica.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// The tax service's code, six digits.
    pub code: String,
    /// What it is.
    pub name: String,
    /// 1 or 2.
    pub category: u8,
    /// Whether it is subject to IVA.
    pub bears_iva: bool,
    /// Since when.
    pub since: Date,
}

personal!(TaxStatus);
