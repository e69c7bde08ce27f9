//! Which institution a name or a path means. Names are rows of the catalogue: another bank takes none
//! of this.

use cartola_model::institution::InstitutionKind;
use cartola_model::{Catalogue, Institution, InstitutionId};
use cartola_primitives::Rut;

/// The catalogue's name for the document's bank names, such as `banco estado`.
const PROTOCOL: &str = "floid";

/// The same for the current dialect's paths, such as `banco_estado`.
const CURRENT: &str = "floid_current";

/// How a path of the current dialect ends that means people.
const PEOPLE: &str = "_personas";

/// How one ends that means companies.
const COMPANIES: &str = "_empresas";

/// Why no institution is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnknownBank {
    /// There is none of that name.
    #[error("it must be one of {}", names())]
    Name,
    /// The RUT is a company's, and there is no company portal.
    #[error("this bank lets no companies in here")]
    Portal,
}

/// The bank of a name of the document, at the side where a person or company is let in.
pub fn of_name(name: &str, rut: Rut) -> Result<&'static Institution, UnknownBank> {
    side(&of_document(name)?.id, rut)
}

/// The bank of a name of the document, where people are let in.
pub fn of_document(name: &str) -> Result<&'static Institution, UnknownBank> {
    let is_meant = |row: &&Institution| {
        row.names.get(PROTOCOL).is_some_and(|known| known.eq_ignore_ascii_case(name.trim()))
    };
    Catalogue::bundled().iter().find(is_meant).ok_or(UnknownBank::Name)
}

/// Where a person or company is let in at a bank: companies have a portal of their own.
pub fn side(bank: &InstitutionId, rut: Rut) -> Result<&'static Institution, UnknownBank> {
    let catalogue = Catalogue::bundled();
    if rut.is_company() {
        return catalogue.company_portal(bank).ok_or(UnknownBank::Portal);
    }
    catalogue.find(bank).ok_or(UnknownBank::Name)
}

/// The institution of a path of the current dialect, such as `banco_estado_personas` or `cmf`.
pub fn of_path(entity: &str) -> Option<&'static Institution> {
    if let Some(name) = entity.strip_suffix(PEOPLE) {
        return named(name).filter(|row| row.kind == InstitutionKind::Bank);
    }
    if let Some(name) = entity.strip_suffix(COMPANIES) {
        return Catalogue::bundled().company_portal(&named(name)?.id);
    }
    named(entity).filter(|row| row.kind != InstitutionKind::Bank)
}

fn named(name: &str) -> Option<&'static Institution> {
    Catalogue::bundled()
        .iter()
        .find(|row| row.names.get(CURRENT).is_some_and(|known| known == name))
}

/// Whether this is a bank that the document names: what a default bank can be.
pub fn is_known(bank: &InstitutionId) -> bool {
    Catalogue::bundled().find(bank).is_some_and(|row| row.names.contains_key(PROTOCOL))
}

/// What a bank is called in the document.
pub fn name_of(bank: &InstitutionId) -> Option<&'static str> {
    let catalogue = Catalogue::bundled();
    let holder = catalogue.find(catalogue.find(bank)?.bank.as_ref().unwrap_or(bank))?;
    holder.names.get(PROTOCOL).map(String::as_str)
}

fn names() -> String {
    let known = Catalogue::bundled().iter().filter_map(|row| row.names.get(PROTOCOL));
    known.map(String::as_str).collect::<Vec<_>>().join(" | ")
}
