//! Giving up what nobody wants any more.

use cartola_model::authorization::CancelCause;
use cartola_model::{AuthorizationState, Principal};
use cartola_primitives::id::AuthorizationId;
use cartola_store::UnitOfWork;

use super::Authorization;
use super::errors::UseError;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Cancels an authorization that was not used. One that was cancelled so stays as it is.
    pub async fn cancel_authorization(
        &self,
        who: &Principal,
        id: AuthorizationId,
    ) -> Result<Authorization, UseError> {
        until_settled(|| self.cancel_authorization_once(who, id)).await
    }

    async fn cancel_authorization_once(
        &self,
        who: &Principal,
        id: AuthorizationId,
    ) -> Result<Authorization, UseError> {
        let tenant = who.tenant;
        let row = self.store().authorization(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(UseError::Unknown)?;
        let now = self.instant(tenant);
        let Ok(state) = row.standing.state.cancel(CancelCause::Withdrawn, now) else {
            let shown = self.shown_authorization(tenant, row).await?;
            return if is_withdrawn(shown.state()) {
                Ok(shown)
            } else {
                Err(UseError::NotUsable(*shown.state()))
            };
        };
        let mut work = UnitOfWork::new(tenant, self.now());
        let actor = who.actor.to_string();
        work.commands = self.moving_authorization(tenant, &actor, &row, (state, None));
        self.store().commit(work).await.map_err(EngineError::from)?;
        let row = self.store().authorization(tenant, id).await.map_err(EngineError::from)?;
        Ok(self.shown_authorization(tenant, row.ok_or(UseError::Unknown)?).await?)
    }
}

const fn is_withdrawn(state: &AuthorizationState) -> bool {
    matches!(state, AuthorizationState::Cancelled { cause: CancelCause::Withdrawn, .. })
}
