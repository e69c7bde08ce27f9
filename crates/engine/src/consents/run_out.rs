//! Consents whose term is over.
//!
//! Such a consent allows nothing from that instant on, whoever has recorded it. What is done about it
//! later is to write that down, and to destroy what its link signs in with: nobody may use it any
//! more. Processes that do so at the same time are parted by the consent's version.

use cartola_model::audit::AuditEvent;
use cartola_model::{Failure, Principal};
use cartola_primitives::id::{ConsentId, TenantId};
use cartola_store::consents::ConsentRow;
use cartola_store::{Command, MAX_PAGE, UnitOfWork};

use crate::audit::changed_consent;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Records the end of consents whose term is over, the first to end first, until a page of them
    /// ([`cartola_store::MAX_PAGE`]) or somewhat more has ended. Gives the number that has, so that the
    /// caller knows when to stop. Those that cannot be read hold up no other, however many they are: they
    /// are told in the log.
    pub async fn end_run_out(&self) -> Result<usize, EngineError> {
        let (now, mut ended, mut after) = (self.now(), 0, None);
        loop {
            let page = self.store().run_out(now, after).await?;
            for over in &page {
                let (tenant, consent) = (over.tenant, over.id);
                match until_settled(|| self.end_one(tenant, consent)).await {
                    Ok(()) => ended += 1,
                    Err(error) if error.is_damage() => {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(%tenant, %consent, error, "engine.consents.not_expired");
                    }
                    Err(error) => return Err(error),
                }
            }
            after = page.last().copied();
            if page.len() < MAX_PAGE || ended >= MAX_PAGE {
                return Ok(ended);
            }
        }
    }

    async fn end_one(&self, tenant: TenantId, id: ConsentId) -> Result<(), EngineError> {
        let Some(row) = self.store().consent(tenant, id).await? else { return Ok(()) };
        let now = self.now();
        // Somebody else was first.
        let Ok(state) = row.state.expire(now) else { return Ok(()) };
        let who = Principal::operator(tenant);
        let expired = changed_consent("consent.expired", &who, &row, state);
        let after = ConsentRow { state, version: row.version + 1, ..row };
        let mut work = UnitOfWork::new(tenant, now)
            .with(Command::ChangeConsent { id, expected: row.version, state })
            .with(Command::CancelJobsUnder { mandate: id, failure: Failure::ConsentExpired })
            .with(Command::Audit(expired));
        if self.forget_secret_of(&who, &after, &mut work).await? {
            let proof = AuditEvent::once("credentials.destroyed", who.actor, id);
            work.push(Command::Audit(proof.with("link", after.link)));
        }
        self.commit_cancelling(work).await
    }
}
