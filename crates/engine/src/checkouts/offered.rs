//! From which banks one can pay.

use cartola_connector::CredentialForm;
use cartola_model::institution::InstitutionKind;
use cartola_model::{Catalogue, Institution, InstitutionId};
use cartola_primitives::Rut;

use crate::Engine;

impl Engine {
    /// The banks that make transfers here, by the names that people know. Their company portals are
    /// not among them: a company names its bank too.
    pub fn banks_that_pay(&self) -> Vec<&'static Institution> {
        let is_portal = |row: &Institution| row.kind == InstitutionKind::CompanyPortal;
        let pays = |row: &&Institution| !is_portal(row) && self.makes_transfers(&row.id);
        let mut banks: Vec<_> = Catalogue::bundled().iter().filter(pays).collect();
        banks.sort_by_cached_key(|bank| bank.name.to_lowercase());
        banks
    }

    /// Where somebody signs in to pay from their bank; nothing where it lets them pay nowhere here.
    pub fn entry_to_pay(&self, bank: &InstitutionId, rut: Rut) -> Option<&'static InstitutionId> {
        let catalogue = Catalogue::bundled();
        let row =
            if rut.is_company() { catalogue.company_portal(bank) } else { catalogue.find(bank) };
        row.map(|row| &row.id).filter(|id| self.makes_transfers(id))
    }

    /// The form by which a bank usually lets its customers in.
    pub fn form_to_pay(&self, bank: &InstitutionId) -> Option<&CredentialForm> {
        self.credential_forms(bank).first()
    }

    fn makes_transfers(&self, institution: &InstitutionId) -> bool {
        self.offer(institution).transfers
    }
}
