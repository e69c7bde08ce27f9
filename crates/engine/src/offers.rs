//! What institutions can be asked for.

use cartola_connector::Product;
use cartola_model::{InstitutionId, InstructionKind, RecordKind, RecordKinds};

use crate::Engine;

pub use cartola_connector::{CredentialField, CredentialForm, FieldKind};

/// What can be asked of one institution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Offer {
    /// Accounts with their balances.
    pub balances: bool,
    /// Accounts with their movements.
    pub movements: bool,
    /// What it tells as a whole.
    pub records: RecordKinds,
    /// Transfers to others.
    pub transfers: bool,
}

impl Engine {
    /// What can be asked of an institution here; nothing of one that no connector is set up for.
    pub fn offer(&self, institution: &InstitutionId) -> Offer {
        let served = self.connectors().served(institution);
        let products = || served.iter().flat_map(|served| served.products.iter().copied());
        let has = |product| products().any(|offered| offered == product);
        let has_accounts = has(Product::Accounts);
        Offer {
            balances: has_accounts && has(Product::Balances),
            movements: has_accounts && has(Product::Movements),
            records: RecordKind::ALL
                .into_iter()
                .filter(|kind| has(Product::Record(*kind)))
                .collect(),
            transfers: has(Product::Transfers),
        }
    }

    /// What else an institution can be told to do here, beside what it is asked for.
    pub fn instructions_of(&self, institution: &InstitutionId) -> Vec<InstructionKind> {
        let served = self.connectors().served(institution);
        let does = |kind: &InstructionKind| {
            served.is_some_and(|served| served.products.contains(&Product::Instruction(*kind)))
        };
        InstructionKind::ALL.into_iter().filter(does).collect()
    }

    /// The forms of credentials that open a session at an institution here, the usual one first; none
    /// where no connector is set up for it. What fits none of them is refused before anybody is asked.
    pub fn credential_forms(&self, institution: &InstitutionId) -> &[CredentialForm] {
        let served = self.connectors().served(institution);
        served.map_or(&[], |served| &served.credentials.forms)
    }
}
