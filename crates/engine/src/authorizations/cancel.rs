//! Giving up what nobody wants any more.

use cartola_model::authorization::CancelCause;
use cartola_model::{AuthorizationState, Failure, Principal};
use cartola_primitives::id::AuthorizationId;
use cartola_store::{Command, UnitOfWork};

use super::Authorization;
use super::by::By;
use super::errors::UseError;
use crate::once::Reply;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Cancels an authorization that was not used. One that was cancelled so stays as it is.
    pub async fn cancel_authorization(
        &self,
        who: &Principal,
        id: AuthorizationId,
    ) -> Result<Authorization, UseError> {
        self.cancel_authorization_replying(who, id, Reply::NONE).await
    }

    /// The same for a call that may be repeated.
    pub async fn cancel_authorization_replying(
        &self,
        who: &Principal,
        id: AuthorizationId,
        reply: Reply<'_, Authorization>,
    ) -> Result<Authorization, UseError> {
        until_settled(|| self.cancel_authorization_once(who, id, &reply)).await
    }

    /// What gives an authorization up by which nothing will be done, since what was to follow could not be
    /// begun for that reason, for the unit that says so; nothing where it has ended.
    pub async fn giving_up_authorization(
        &self,
        who: &Principal,
        id: AuthorizationId,
        failure: Failure,
    ) -> Result<Vec<Command>, EngineError> {
        let row = self.store().authorization(who.tenant, id).await?;
        let row = row.ok_or(EngineError::Interrupted)?;
        let now = self.instant(who.tenant);
        Ok(match row.standing.state.cancel(CancelCause::NotBegun(failure), now) {
            Ok(state) => {
                let by = By::of(who);
                self.moving_authorization(who.tenant, &by, &row, (state, None)).0
            }
            Err(_) => Vec::new(),
        })
    }

    async fn cancel_authorization_once(
        &self,
        who: &Principal,
        id: AuthorizationId,
        reply: &Reply<'_, Authorization>,
    ) -> Result<Authorization, UseError> {
        let tenant = who.tenant;
        self.check_ticket(reply.ticket).await?;
        let row = self.store().authorization(tenant, id).await.map_err(EngineError::from)?;
        let row = row.ok_or(UseError::Unknown)?;
        let now = self.instant(tenant);
        let Ok(state) = row.standing.state.cancel(CancelCause::Withdrawn, now) else {
            let shown = self.shown_authorization(tenant, row).await?;
            if !is_withdrawn(shown.state()) {
                return Err(UseError::NotUsable(*shown.state()));
            }
            reply.alone(self, &shown).await?;
            return Ok(shown);
        };
        let mut work = UnitOfWork::new(tenant, self.now());
        let (moved, after) = self.moving_authorization(tenant, &By::of(who), &row, (state, None));
        work.commands = moved;
        let cancelled = self.shown_authorization(tenant, after).await?;
        work.commands.extend(reply.command(self, &cancelled)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(cancelled)
    }
}

const fn is_withdrawn(state: &AuthorizationState) -> bool {
    matches!(state, AuthorizationState::Cancelled { cause: CancelCause::Withdrawn, .. })
}
