//! Blocking a phone that was lost.

use cartola_model::Principal;
use cartola_model::authorization::CancelCause;
use cartola_primitives::id::{EnrolmentId, TenantId};
use cartola_store::UnitOfWork;

use super::Enrolment;
use super::errors::EnrolError;
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
        let actor = who.actor.to_string();
        until_settled(|| self.block_phone_once(who.tenant, &actor, id)).await
    }

    pub(super) async fn block_phone_once(
        &self,
        tenant: TenantId,
        actor: &str,
        id: EnrolmentId,
    ) -> Result<Enrolment, EnrolError> {
        let row = self.store().enrolment(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(EnrolError::Unknown)?;
        let Ok(state) = row.standing.state.block(self.instant(tenant)) else {
            return Ok(self.shown_enrolment(tenant, row).await?);
        };
        let mut work = UnitOfWork::new(tenant, self.now());
        work.commands = self.moving_enrolment(tenant, actor, &row, state).await?;
        let cause = CancelCause::PhoneBlocked;
        work.commands.extend(self.cancelling_all_of(tenant, actor, &row, cause).await?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        let row = self.store().enrolment(tenant, id).await.map_err(EngineError::from)?;
        Ok(self.shown_enrolment(tenant, row.ok_or(EnrolError::Unknown)?).await?)
    }
}
