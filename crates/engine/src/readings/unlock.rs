//! Taking a lock away before its time, at the tenant's own risk.

use cartola_model::audit::AuditEvent;
use cartola_model::{InstitutionId, Principal};
use cartola_primitives::Rut;
use cartola_store::asking::SignInsRow;
use cartola_store::{Command, UnitOfWork};

use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Forgets that credentials of a person were refused at an institution: it may be asked again, with
    /// the same ones too. It may lock the person out by itself then. Where nothing was refused,
    /// nothing happens.
    pub async fn unlock(
        &self,
        who: &Principal,
        institution: &InstitutionId,
        rut: Rut,
    ) -> Result<(), EngineError> {
        let Some(person) = self.person_by_rut(who.tenant, rut).await? else { return Ok(()) };
        until_settled(|| async {
            let known = self.store().sign_ins(who.tenant, institution, person).await?;
            let Some(row) = known else { return Ok(()) };
            let noted =
                AuditEvent::once("lock.lifted", who.actor, person).with("institution", institution);
            let work = UnitOfWork::new(who.tenant, self.now())
                .with(Command::KeepSignIns(forgiven(row)))
                .with(Command::Audit(noted));
            self.store().commit(work).await?;
            Ok(())
        })
        .await
    }
}

fn forgiven(row: SignInsRow) -> SignInsRow {
    SignInsRow {
        refused: 0,
        open: 0,
        locked_until: None,
        refused_secret: None,
        open_secret: None,
        version: row.version + 1,
        ..row
    }
}
