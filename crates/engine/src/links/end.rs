//! Ending a link.

use std::collections::BTreeSet;

use cartola_model::audit::AuditEvent;
use cartola_model::{LinkSource, LinkState, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::{LinkId, PersonId};
use cartola_store::people::LinkRow;
use cartola_store::{Command, UnitOfWork};

use super::LinkError;
use super::mandate::withdraw;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

/// Begins a link again, within a unit, that somebody's erasure ended: they consent to something again.
pub(crate) fn resuming(row: &LinkRow, now: Timestamp) -> Option<Command> {
    let state = row.state.resume(now);
    let is_ended = state != row.state;
    is_ended.then_some(Command::ChangeLink { id: row.id, expected: row.version, state })
}

/// Ends a link within a unit that may change it already, as where what it signs in with is destroyed: a
/// unit changes it once.
fn end_within(work: &mut UnitOfWork, (link, expected): (LinkId, u32), ended: LinkState) {
    let changed = work.commands.iter_mut().find_map(|command| match command {
        Command::ChangeLink { id, state, .. } if *id == link => Some(state),
        _ => None,
    });
    match changed {
        Some(state) => *state = ended,
        None => work.push(Command::ChangeLink { id: link, expected, state: ended }),
    }
}

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

    /// Adds to a unit the end of every link of a person, whatever told of them through it. Each had a
    /// consent: by those they are found. What the links signed in with is the caller's to destroy.
    pub(crate) async fn end_all_links(
        &self,
        who: &Principal,
        person: PersonId,
        work: &mut UnitOfWork,
    ) -> Result<(), EngineError> {
        let consents = self.all_consents_of(who.tenant, person).await?;
        let links: BTreeSet<LinkId> = consents.iter().map(|row| row.link).collect();
        for id in links {
            let Some(row) = self.store().link(who.tenant, id).await? else { continue };
            // A file of several people is of a link of one of them.
            if row.person != Some(person) {
                continue;
            }
            let Ok(state) = row.state.revoke(work.at) else { continue };
            end_within(work, (id, row.version), state);
            work.push(Command::Audit(AuditEvent::once("link.ended", who.actor, id)));
        }
        Ok(())
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
