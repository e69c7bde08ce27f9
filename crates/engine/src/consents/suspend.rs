//! All consents of a person at once: for a while nothing is done with their data, or never again.

use cartola_model::{ConsentState, Principal};
use cartola_primitives::id::{PersonId, TenantId};
use cartola_store::consents::ConsentRow;
use cartola_store::{Command, MAX_PAGE, UnitOfWork};

use crate::audit::changed_consent;
use crate::readings::cancelling_under;
use crate::{Engine, EngineError};

/// What becomes of every consent of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OfAll {
    /// Those that hold allow nothing for a while.
    Suspended,
    /// Those that allow nothing for a while do again.
    Resumed,
    /// All end.
    Revoked,
}

impl Engine {
    /// Adds to a unit of work what becomes of every consent of a person, whatever their number.
    pub(crate) async fn change_all_consents(
        &self,
        who: &Principal,
        person: PersonId,
        what: OfAll,
        work: &mut UnitOfWork,
    ) -> Result<(), EngineError> {
        for row in self.all_consents_of(who.tenant, person).await? {
            self.change_one(who, &row, what, work).await?;
        }
        Ok(())
    }

    /// Every consent of a person, however it stands, by id: what is decided of all is written at once.
    pub(crate) async fn all_consents_of(
        &self,
        tenant: TenantId,
        person: PersonId,
    ) -> Result<Vec<ConsentRow>, EngineError> {
        let (mut rows, mut after) = (Vec::new(), None);
        loop {
            let page = self.store().consents_of_person(tenant, person, after, MAX_PAGE).await?;
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return Ok(rows);
            }
        }
    }

    async fn change_one(
        &self,
        who: &Principal,
        row: &ConsentRow,
        what: OfAll,
        work: &mut UnitOfWork,
    ) -> Result<(), EngineError> {
        let (state, action) = match what {
            OfAll::Suspended => (row.state.suspend(work.at), "consent.suspended"),
            OfAll::Resumed => (row.state.resume(work.at), "consent.resumed"),
            OfAll::Revoked => (row.state.revoke(work.at), "consent.revoked"),
        };
        let Ok(state) = state else { return Ok(()) };
        let (id, expected) = (row.id, row.version);
        work.push(Command::ChangeConsent { id, expected, state });
        if !matches!(state, ConsentState::Granted { .. }) {
            work.push(cancelling_under(id));
        }
        work.push(Command::Audit(changed_consent(action, who, row, state)));
        // One that is resumed may have run out meanwhile.
        if matches!(state, ConsentState::Revoked { .. } | ConsentState::Expired { .. }) {
            let after = ConsentRow { state, version: row.version + 1, ..row.clone() };
            self.forget_secret_of(who, &after, work).await?;
        }
        Ok(())
    }
}
