//! The consent ledger.

pub mod change;
pub mod purposes;
mod run_out;
mod suspend;

use cartola_model::{InvalidTransition, Principal};
use cartola_primitives::id::{ConsentId, LinkId};
use cartola_store::consents::ConsentRow;
use cartola_store::{Command, Page, UnitOfWork};

pub(crate) use self::suspend::OfAll;
use crate::access::Subject;
use crate::audit::changed_consent;
use crate::once::Reply;
use crate::readings::cancelling_under;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Why a consent is not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// There is none of that id.
    #[error("there is no such consent")]
    Unknown,
    /// It has ended already.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for RevokeError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// One consent.
    pub async fn consent(
        &self,
        who: &Principal,
        id: ConsentId,
    ) -> Result<Option<ConsentRow>, EngineError> {
        self.note_access(who, "consent.read", Subject::one(id));
        Ok(self.store().consent(who.tenant, id).await?)
    }

    /// Consents, by age; those of one link if asked.
    pub async fn consents(
        &self,
        who: &Principal,
        link: Option<LinkId>,
        after: Option<ConsentId>,
        limit: usize,
    ) -> Result<Page<ConsentRow, ConsentId>, EngineError> {
        self.note_access(who, "consent.read", Subject::list("consents"));
        Ok(self.store().consents(who.tenant, link, after, limit).await?)
    }

    /// Destroys what a link signs in with under a mandate that has ended, and says whether there is
    /// anything. The link's version guards what was begun meanwhile.
    pub(crate) async fn forget_secret_of(
        &self,
        who: &Principal,
        mandate: &ConsentRow,
        work: &mut UnitOfWork,
    ) -> Result<bool, EngineError> {
        let secret = self.store().link_secret(who.tenant, mandate.link).await?;
        if secret.is_none_or(|secret| secret.mandate != mandate.id) {
            return Ok(false);
        }
        let Some(link) = self.store().link(who.tenant, mandate.link).await? else {
            return Ok(false);
        };
        let expected = link.version;
        work.push(Command::ChangeLink { id: link.id, expected, state: link.state });
        work.push(Command::DestroyLinkSecret(link.id));
        Ok(true)
    }

    /// Withdraws a consent. From the next request on, nothing is served that only it allowed; what is
    /// being read under it is cancelled.
    pub async fn revoke_consent(
        &self,
        who: &Principal,
        id: ConsentId,
        reply: Reply<'_, ConsentRow>,
    ) -> Result<ConsentRow, RevokeError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let row = self.store().consent(who.tenant, id).await.map_err(EngineError::from)?;
            let row = row.ok_or(RevokeError::Unknown)?;
            let now = self.now();
            let state = row.state.revoke(now)?;
            let revoked = changed_consent("consent.revoked", who, &row, state);
            let after = ConsentRow { state, version: row.version + 1, ..row };
            let mut work = UnitOfWork::new(who.tenant, now)
                .with(Command::ChangeConsent { id, expected: after.version - 1, state })
                .with(cancelling_under(id))
                .with(Command::Audit(revoked));
            self.forget_secret_of(who, &after, &mut work).await?;
            work.commands.extend(reply.command(self, &after)?);
            self.commit_cancelling(work).await?;
            Ok(after)
        })
        .await
    }
}
