//! Accounts by their number alone, for protocols that name accounts so.

use cartola_model::{AccountKind, AccountNumber, InstitutionId, Principal};
use cartola_primitives::Currency;
use cartola_primitives::id::AccountId;

use super::{IdentityParts, identity_text};
use crate::access::Subject;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// Kinds that are known by a number of their own. A `CuentaRUT` is its holder's RUT, which is no
/// secret; cards are printed masked.
const KINDS: [AccountKind; 4] = [
    AccountKind::Checking,
    AccountKind::Sight,
    AccountKind::Savings,
    AccountKind::ElectronicChequebook,
];

/// Currencies that such accounts are kept in.
const CURRENCIES: [Currency; 3] = [Currency::CLP, Currency::USD, Currency::EUR];

impl Engine {
    /// The accounts of that number at some institutions that a consent allows to be shown: more than
    /// one where kind or currency tell them apart. A masked number is nobody's.
    ///
    /// Each combination is looked for by its digest, which costs a read of an index, however many
    /// accounts there are.
    pub async fn accounts_by_number(
        &self,
        who: &Principal,
        at: &[InstitutionId],
        number: &AccountNumber,
    ) -> Result<Vec<AccountId>, EngineError> {
        self.note_access(who, "account.read", Subject::list("accounts"));
        let mut found = Vec::new();
        for parts in identities(at, number).filter(|_| !number.is_masked()) {
            let text = identity_text(&parts);
            let identity = self.vault().digest(purpose::ACCOUNT, who.tenant, text.as_bytes());
            let row = self.store().account_by_identity(who.tenant, &identity).await?;
            let Some(row) = row else { continue };
            if self.shows_account(who, row.id).await? {
                found.push(row.id);
            }
        }
        Ok(found)
    }
}

fn identities<'a>(
    at: &'a [InstitutionId],
    number: &'a AccountNumber,
) -> impl Iterator<Item = IdentityParts<'a>> {
    let kinds = at.iter().flat_map(|institution| KINDS.map(|kind| (institution, kind)));
    kinds.flat_map(move |(institution, kind)| {
        CURRENCIES.map(|currency| IdentityParts {
            institution,
            kind,
            currency,
            number,
            holder: None,
        })
    })
}
