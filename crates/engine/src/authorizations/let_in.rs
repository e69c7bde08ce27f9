//! Who an institution lets in now: what shows who somebody is.
//!
//! A link's own credentials show nothing: whoever asks through it has not shown that they know them. So
//! the credentials come with the call, the institution is asked with exactly those, and wrong ones are
//! counted with all others of that person.

use std::collections::BTreeMap;
use std::time::Duration;

use cartola_connector::Product;
use cartola_crypto::ContentHash;
use cartola_model::authorization::IdentityProof;
use cartola_model::{Catalogue, Failure, InstitutionId, Principal, RecordKind, RecordKinds};
use cartola_primitives::id::{RequestId, TenantId};
use cartola_primitives::{Rut, Secret, SignedDuration};
use cartola_store::asking::ReadScope;

use super::errors::EnrolmentError;
use crate::Engine;
use crate::links::{LinkError, credential};
use crate::readings::{self, Call, Wanted};

/// How long the mandate holds under which the institution is asked.
const CALL_LASTS: SignedDuration = SignedDuration::from_mins(2);

/// Somebody at an institution's door.
pub struct AtTheDoor<'a> {
    /// Which institution.
    pub institution: InstitutionId,
    /// Who they say they are.
    pub rut: Rut,
    /// What the institution lets them in with, in the fields of one of its forms.
    pub fields: &'a BTreeMap<String, Secret<String>>,
    /// The facade that they came through.
    pub facade: &'a str,
}

/// Somebody whom an institution has let in with credentials that came with the call.
/// [`Engine::let_in`] alone makes one.
#[derive(Debug)]
pub struct LetIn {
    pub(super) tenant: TenantId,
    pub(super) rut: Rut,
    pub(super) proof: IdentityProof,
    pub(super) evidence: ContentHash,
}

impl Engine {
    /// Asks an institution whether it lets somebody in, and waits so long for its answer. A caller that
    /// goes away leaves a mandate of [`CALL_LASTS`] that ends by itself.
    ///
    /// # Errors
    ///
    /// Where the institution shows nobody, where it is known not to take these credentials, where the
    /// person wants nothing done with their data, and where it does not let them in.
    pub async fn let_in(
        &self,
        who: &Principal,
        door: &AtTheDoor<'_>,
        wait: Duration,
    ) -> Result<LetIn, EnrolmentError> {
        let proof = self.shown_by(&door.institution, door.fields)?;
        self.refuse_blocked_rut(who.tenant, door.rut).await?;
        let asked = self.minter().mint::<RequestId>().to_string();
        let evidence =
            readings::evidence(door.facade, &asked, &door.institution, door.rut, self.now());
        let call = Call {
            institution: door.institution.clone(),
            rut: door.rut,
            fields: door.fields,
            evidence: &evidence,
            lasts: CALL_LASTS,
            threshold: readings::THRESHOLD,
            task: None,
        };
        let scope = self.least_of(&door.institution);
        let accepted = self.request_call(who, &call, |_| Wanted::at_once(scope)).await?;
        let mut reading = accepted.reading;
        let ended = self.wait_for(&mut reading, wait).await;
        self.end_call(who, accepted.mandate).await?;
        match ended? {
            Some(Ok(())) => {}
            Some(Err(failure)) => return Err(EnrolmentError::NotLetIn(failure)),
            None => return Err(EnrolmentError::NotLetIn(Failure::Timeout)),
        }
        let evidence = ContentHash::of(&evidence);
        Ok(LetIn { tenant: who.tenant, rut: door.rut, proof, evidence })
    }

    /// What an institution shows of whoever it lets in with such credentials.
    fn shown_by(
        &self,
        institution: &InstitutionId,
        fields: &BTreeMap<String, Secret<String>>,
    ) -> Result<IdentityProof, EnrolmentError> {
        let form = self.connectors().check(institution, &credential(fields));
        let form = form.map_err(LinkError::from)?;
        let row = Catalogue::bundled().find(institution).filter(|_| form.signs_in_holder);
        match row {
            Some(row) if row.kind.is_bank() => Ok(IdentityProof::Bank),
            Some(row) if row.shows_identity => Ok(IdentityProof::State),
            _ => Err(EnrolmentError::NoProof),
        }
    }

    /// The least that is read of an institution to see whether it lets somebody in.
    fn least_of(&self, institution: &InstitutionId) -> ReadScope {
        let served = self.connectors().served(institution);
        let has = |product| served.is_none_or(|served| served.products.contains(&product));
        if has(Product::Accounts) {
            return ReadScope::ACCOUNTS;
        }
        let first = RecordKind::ALL.into_iter().find(|kind| has(Product::Record(*kind)));
        first.map_or(ReadScope::ACCOUNTS, |kind| ReadScope::records(RecordKinds::one(kind)))
    }
}
