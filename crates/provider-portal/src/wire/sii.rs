//! What the tax service knows of somebody.

mod folder;
mod form;
mod status;

pub use folder::{Boleta, BoletasYear, Company, Property, TaxFolder, Taxpayer};
pub use form::{IncomeDeclaration, IvaDeclaration};
pub use status::{Activity, StampedDocument, TaxStatus};
