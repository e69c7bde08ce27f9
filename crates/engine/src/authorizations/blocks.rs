//! Blocking a phone that was lost.

use cartola_model::Principal;
use cartola_model::authorization::CancelCause;
use cartola_primitives::id::{EnrolmentId, TenantId};
use cartola_store::UnitOfWork;

use super::Enrolment;
use super::by::By;
use super::errors::EnrolError;
use crate::once::Reply;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Blocks a phone from afar: nothing is approved on it any more, and what waited for it is
    /// cancelled. One that was blocked, replaced or never enrolled stays as it is.
    pub async fn block_phone(
        &self,
        who: &Principal,
        id: EnrolmentId,
    ) -> Result<Enrolment, EnrolError> {
        self.block_phone_replying(who, id, Reply::NONE).await
    }

    /// The same for a call that may be repeated.
    pub async fn block_phone_replying(
        &self,
        who: &Principal,
        id: EnrolmentId,
        reply: Reply<'_, Enrolment>,
    ) -> Result<Enrolment, EnrolError> {
        let by = By::of(who);
        until_settled(|| self.block_phone_once(who.tenant, &by, id, &reply)).await
    }

    pub(super) async fn block_phone_once(
        &self,
        tenant: TenantId,
        by: &By,
        id: EnrolmentId,
        reply: &Reply<'_, Enrolment>,
    ) -> Result<Enrolment, EnrolError> {
        self.check_ticket(reply.ticket).await?;
        let row = self.store().enrolment(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(EnrolError::Unknown)?;
        let Ok(state) = row.standing.state.block(self.instant(tenant)) else {
            let shown = self.shown_enrolment(tenant, row).await?;
            reply.alone(self, &shown).await?;
            return Ok(shown);
        };
        let mut work = UnitOfWork::new(tenant, self.now());
        let (moved, after) = self.moving_enrolment(tenant, by, &row, state).await?;
        work.commands = moved;
        let cause = CancelCause::PhoneBlocked;
        work.commands.extend(self.cancelling_all_of(tenant, by, &row, cause).await?);
        let blocked = self.shown_enrolment(tenant, after).await?;
        work.commands.extend(reply.command(self, &blocked)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(blocked)
    }
}
