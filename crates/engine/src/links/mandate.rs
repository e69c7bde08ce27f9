//! What allows a link to be read.

use cartola_crypto::ContentHash;
use cartola_model::consent::latest_end;
use cartola_model::{ConsentKind, ConsentState, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, LinkId, TenantId};
use cartola_store::consents::ConsentRow;
use cartola_store::people::{LinkRow, LinkSecretRow};
use cartola_store::{Command, MAX_PAGE, UnitOfWork};
use data_encoding::HEXLOWER;

use super::begin::Order;
use super::{LinkError, Mandate, PaysFor};
use crate::audit::changed_consent;
use crate::imports::granted_event;
use crate::readings::cancelling_under;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What stands before the line that ends the text of a mandate.
const REFERENCE: &str = "\nreference: ";

/// Bytes of that line's number: 128 bits, which nobody tries out.
const REFERENCE_BYTES: usize = 16;

/// What a link stands on that is begun again.
pub(super) struct Before {
    mandate: ConsentRow,
    /// Who may have its credentials paid with.
    pays: PaysFor,
}

impl Engine {
    /// The words of a mandate as they are kept by whoever shows them: with a last line that only this
    /// gateway can make, for its tenant and exactly these words, and that is the same each time. The hash
    /// of this text is the consent's evidence.
    ///
    /// Without that line all would be known but the RUT, of which there are too few to hide one behind
    /// a hash: whoever has a copy of the store could try them all.
    pub fn kept_words(&self, tenant: TenantId, words: &str) -> String {
        format!("{words}{}", self.reference(tenant, words.as_bytes()))
    }

    fn reference(&self, tenant: TenantId, words: &[u8]) -> String {
        let digest = self.vault().digest(purpose::MANDATE, tenant, words);
        let number = HEXLOWER.encode(&digest.as_bytes()[..REFERENCE_BYTES]);
        format!("{REFERENCE}{number}")
    }

    /// The consent that a mandate becomes.
    pub(crate) fn mandate_row(
        &self,
        tenant: TenantId,
        mandate: &Mandate<'_>,
        link: &LinkRow,
        now: Timestamp,
    ) -> ConsentRow {
        let reference = self.reference(tenant, mandate.evidence);
        ConsentRow {
            id: self.minter().mint(),
            kind: ConsentKind::TenantMandate,
            person: link.person,
            institution: link.institution.clone(),
            link: link.id,
            purpose: mandate.purpose.to_owned(),
            evidence: ContentHash::of(&[mandate.evidence, reference.as_bytes()].concat()),
            recipient: None,
            data: None,
            state: ConsentState::Granted {
                at: now,
                expires_at: mandate.expires_at.map(|end| end.min(latest_end(now))),
            },
            version: 1,
        }
    }

    /// A mandate, if it holds now.
    pub(crate) async fn mandate_that_holds(
        &self,
        who: &Principal,
        id: ConsentId,
    ) -> Result<ConsentRow, LinkError> {
        let row = self.store().consent(who.tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(LinkError::MandateEnded)?;
        match row.state {
            _ if row.state.holds(self.now()) => Ok(row),
            ConsentState::Revoked { .. } => Err(LinkError::MandateEnded),
            ConsentState::Suspended { .. } => Err(LinkError::Blocked),
            ConsentState::Granted { .. } | ConsentState::Expired { .. } => {
                Err(LinkError::MandateExpired)
            }
        }
    }

    /// What a link that keeps no credentials was last allowed by. It was begun again so few times that
    /// one page has all.
    pub(crate) async fn last_mandate(
        &self,
        who: &Principal,
        link: LinkId,
    ) -> Result<Option<ConsentId>, EngineError> {
        let page = self.store().consents(who.tenant, Some(link), None, MAX_PAGE).await?;
        Ok(page.rows.last().map(|row| row.id))
    }

    /// What a link stood on before it is begun again.
    pub(super) async fn mandate_before(
        &self,
        who: &Principal,
        secret: &LinkSecretRow,
    ) -> Result<Option<Before>, EngineError> {
        let pays = self.open_link_secret(who, secret).await?.pays();
        let mandate = self.store().consent(who.tenant, secret.mandate).await?;
        Ok(mandate.map(|mandate| Before { mandate, pays }))
    }

    /// What a link stands on from now on, and who may have its credentials paid with.
    ///
    /// The mandate before, where it is the same and holds. Where it is for the same and holds
    /// longer now, it is renewed: what it allowed goes on being shown. Else a new one in its place, as
    /// where payments are wanted of one that is for readings alone; or the one before as it is, where
    /// the order keeps another that holds.
    ///
    /// No block holds, and the unit expects that none came meanwhile ([`Engine::refuse_blocked`]).
    pub(super) fn mandate_to_begin(
        &self,
        who: &Principal,
        Order { wanted, extent, keeps_other }: Order<'_>,
        link: &LinkRow,
        before: Option<Before>,
        work: &mut UnitOfWork,
    ) -> (ConsentId, PaysFor) {
        let new = self.mandate_row(who.tenant, &wanted.mandate, link, work.at);
        let recipient = extent.recipient.map(str::to_owned);
        let new = ConsentRow { recipient, data: extent.data, ..new };
        if let Some(Before { mandate: row, pays }) = before {
            let (id, expected) = (row.id, row.version);
            // No evidence of readings stands for payments.
            let is_renewed = pays >= wanted.pays && is_for_the_same(&row, &new);
            let goes_on = if is_renewed { says_the_same(&row, &new) } else { keeps_other };
            if goes_on && row.state.holds(work.at) {
                work.push(Command::ExpectConsent { id, expected });
                // Another that is kept allows what it did.
                let is_as_wanted = is_renewed || wanted.pays == PaysFor::Nobody;
                return (id, if is_as_wanted { wanted.pays } else { pays });
            }
            if is_renewed && let Ok(state) = row.state.renew(work.at, end(&new)) {
                let event = changed_consent("consent.renewed", who, &row, state);
                work.push(Command::ChangeConsent { id, expected, state });
                work.push(Command::Audit(event.with("evidence", new.evidence.hex())));
                return (id, wanted.pays);
            }
            withdraw(who, &row, work);
        }
        let id = new.id;
        work.push(Command::Audit(granted_event(who, &new)));
        work.push(Command::AddConsent(new));
        (id, wanted.pays)
    }
}

/// Withdraws a consent within a unit, if it still holds, and cancels what is read under it.
pub(super) fn withdraw(who: &Principal, row: &ConsentRow, work: &mut UnitOfWork) {
    let Ok(state) = row.state.revoke(work.at) else { return };
    work.push(Command::ChangeConsent { id: row.id, expected: row.version, state });
    work.push(cancelling_under(row.id));
    work.push(Command::Audit(changed_consent("consent.revoked", who, row, state)));
}

/// Whether two rest on the same evidence and end at the same time.
fn says_the_same(row: &ConsentRow, new: &ConsentRow) -> bool {
    (row.evidence, end(row)) == (new.evidence, end(new))
}

/// Whether two are of one kind, for one purpose, of the same data and to the same.
fn is_for_the_same(row: &ConsentRow, new: &ConsentRow) -> bool {
    (&row.purpose, row.kind, &row.recipient, row.data)
        == (&new.purpose, new.kind, &new.recipient, new.data)
}

const fn end(row: &ConsentRow) -> Option<Timestamp> {
    row.state.expires_at()
}
