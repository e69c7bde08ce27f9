//! Ending a link.

use cartola_model::audit::AuditEvent;
use cartola_model::{LinkSource, Principal};
use cartola_primitives::id::LinkId;
use cartola_store::people::LinkRow;
use cartola_store::{Command, UnitOfWork};

use super::LinkError;
use super::mandate::withdraw;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

impl Engine {
    /// Ends a link: what it signed in with is destroyed and its mandate withdrawn, so that nothing
    /// is asked any more, what is being asked is cancelled, and nothing is served that only this mandate allowed.
    pub async fn end_link(&self, who: &Principal, id: LinkId) -> Result<LinkRow, LinkError> {
        until_settled(|| async {
            let row = self.pulled_link(who, id).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now());
            let state = row.state.revoke(work.at)?;
            work.push(Command::ChangeLink { id, expected: row.version, state });
            let secret = self.store().link_secret(who.tenant, id).await;
            if let Some(secret) = secret.map_err(EngineError::from)? {
                work.push(Command::DestroyLinkSecret(id));
                let mandate = self.store().consent(who.tenant, secret.mandate).await;
                if let Some(mandate) = mandate.map_err(EngineError::from)? {
                    withdraw(who, &mandate, &mut work);
                }
            }
            work.push(Command::Audit(AuditEvent::once("link.ended", who.actor, id)));
            self.commit_cancelling(work).await?;
            Ok(LinkRow { state, version: row.version + 1, ..row })
        })
        .await
    }

    /// The link of that id, if an institution is asked through it.
    pub(crate) async fn pulled_link(
        &self,
        who: &Principal,
        id: LinkId,
    ) -> Result<LinkRow, LinkError> {
        let row = self.store().link(who.tenant, id).await.map_err(EngineError::from)?;
        row.filter(|row| row.source == LinkSource::Credentials).ok_or(LinkError::Unknown)
    }
}
