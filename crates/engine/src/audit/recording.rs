//! Recording what stood before the trail told of it: consents whose grant has no hash of a row, and lists of
//! consents. It is done once for a tenant, before the first anchor that says so.

use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::{ConsentId, TenantId};
use cartola_store::{Command, UnitOfWork};

use super::ledger::{Claims, row_detail};
use super::sets::{MAX_SETS_AN_ENTRY, telling_of_sets};
use crate::{Engine, EngineError};

/// Entries that are written by one unit of work.
const RECORDED_AT_A_TIME: usize = 100;

impl Engine {
    /// Adds entries of the consents and lists that the trail, as it was read up to `read_to`, does not
    /// prove. What was changed before that stays as it is found: nobody can tell. A conflict where a
    /// consent changes meanwhile; done again, it goes on with what is left.
    pub(super) async fn record_ledger(
        &self,
        tenant: TenantId,
        read_to: u64,
        told: &Claims,
    ) -> Result<(), EngineError> {
        let unproven = told.consents.iter().filter(|(_, hash)| hash.is_none());
        let mut unproven: Vec<ConsentId> = unproven.map(|(id, _)| *id).collect();
        unproven.sort_unstable();
        for ids in unproven.chunks(RECORDED_AT_A_TIME) {
            self.record_consents(tenant, ids).await?;
        }
        let mut untold = self.untold(tenant, &told.sets).await?;
        let since = self.claims_since(tenant, read_to).await?.sets;
        untold.retain(|row| !since.contains_key(&row.id));
        let actor = Principal::operator(tenant).actor;
        for sets in untold.chunks(MAX_SETS_AN_ENTRY * RECORDED_AT_A_TIME) {
            let Some(first) = sets.first() else { continue };
            let event = AuditEvent::once("consent_set.recorded", actor, first.consent);
            let mut work = UnitOfWork::new(tenant, self.now());
            work.commands.extend(telling_of_sets(event, sets).into_iter().map(Command::Audit));
            self.store().commit(work).await?;
        }
        Ok(())
    }

    async fn record_consents(
        &self,
        tenant: TenantId,
        ids: &[ConsentId],
    ) -> Result<(), EngineError> {
        let actor = Principal::operator(tenant).actor;
        let mut work = UnitOfWork::new(tenant, self.now());
        for id in ids {
            // One that is gone is found missing.
            let Some(row) = self.store().consent(tenant, *id).await? else { continue };
            let event = AuditEvent::once("consent.recorded", actor, id);
            work.push(Command::ExpectConsent { id: *id, expected: row.version });
            work.push(Command::Audit(row_detail(event, tenant, &row)));
        }
        self.store().commit(work).await?;
        Ok(())
    }
}
