//! Blocking a phone that was lost, or whose holder is erased.

use cartola_model::authorization::CancelCause;
use cartola_model::{EnrolmentStanding, Principal};
use cartola_primitives::id::{EnrolmentId, PersonId, TenantId};
use cartola_store::authorizations::EnrolmentRow;
use cartola_store::{Command, UnitOfWork};

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
        let Some((blocking, after)) = self.blocking(tenant, by, &row).await? else {
            let shown = self.shown_enrolment(tenant, row).await?;
            reply.alone(self, &shown).await?;
            return Ok(shown);
        };
        let mut work = UnitOfWork::new(tenant, self.now());
        work.commands = blocking;
        let blocked = self.shown_enrolment(tenant, after).await?;
        work.commands.extend(reply.command(self, &blocked)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(blocked)
    }

    /// Adds to a unit that somebody who is erased approves nothing any more: their phone is blocked, a
    /// code that no phone took is of no use, and what waits for them is cancelled. A phone that cannot be
    /// read can approve nothing either, and holds up no erasure: it is told in the log.
    pub(crate) async fn end_all_phones(
        &self,
        who: &Principal,
        person: PersonId,
        work: &mut UnitOfWork,
    ) -> Result<(), EngineError> {
        let (tenant, by) = (who.tenant, By::of(who));
        for standing in [EnrolmentStanding::Pending, EnrolmentStanding::Active] {
            let Some(row) = self.enrolment_in_use(tenant, person, standing).await? else {
                continue;
            };
            let Ok(state) = row.standing.state.block(self.instant(tenant)) else { continue };
            let blocked = self.moving_enrolment(tenant, &by, &row, state).await;
            let blocked = blocked.map(|(commands, _)| commands);
            let cause = CancelCause::PhoneBlocked;
            let cancelled = self.cancelling_all_of(tenant, &by, &row, cause).await;
            for ending in [blocked, cancelled] {
                match ending {
                    Ok(commands) => work.commands.extend(commands),
                    Err(error) if error.is_damage() => {
                        let (phone, error) = (row.id, &error as &dyn std::error::Error);
                        tracing::error!(%tenant, %phone, error, "engine.people.phone_not_blocked");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// What blocks a phone, and the phone as it is then; nothing where it approves nothing as it is.
    async fn blocking(
        &self,
        tenant: TenantId,
        by: &By,
        row: &EnrolmentRow,
    ) -> Result<Option<(Vec<Command>, EnrolmentRow)>, EngineError> {
        let Ok(state) = row.standing.state.block(self.instant(tenant)) else { return Ok(None) };
        let (mut commands, after) = self.moving_enrolment(tenant, by, row, state).await?;
        let cause = CancelCause::PhoneBlocked;
        commands.extend(self.cancelling_all_of(tenant, by, row, cause).await?);
        Ok(Some((commands, after)))
    }
}
