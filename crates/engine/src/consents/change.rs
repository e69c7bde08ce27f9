//! Changing a consent: it ends earlier, or is about less.
//!
//! Whoever wants more of somebody asks them again: more time, more data, another purpose or recipient is
//! another mandate, with evidence of its own ([`crate::links`]).

use cartola_model::audit::AuditEvent;
use cartola_model::{ConsentData, InvalidTransition, Principal};
use cartola_primitives::Timestamp;
use cartola_primitives::id::ConsentId;
use cartola_store::consents::ConsentRow;
use cartola_store::{Command, UnitOfWork};

use crate::audit::{UNTIL, row_detail};
use crate::once::Reply;
use crate::readings::cancelling_under;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// What is to change of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Change {
    /// When it ends from now on: still to come, and no later than before.
    pub until: Option<Timestamp>,
    /// Which data it is about from now on: part of what it was about.
    pub data: Option<ConsentData>,
}

/// Why a consent is not changed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is none of that id.
    #[error("there is no such consent")]
    Unknown,
    /// It has ended.
    #[error("the consent has ended")]
    Ended,
    /// It would end later than it does.
    #[error(transparent)]
    Transition(#[from] InvalidTransition),
    /// It would be about data that it is not about.
    #[error("a consent is never about more than before; begin the link again with a new mandate")]
    Wider,
    /// Nothing is to change.
    #[error("say when the consent is to end, or which data it is about")]
    Nothing,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for ChangeError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Lets a consent end earlier, or be about less. What is being read under it is cancelled: it is read
    /// again for what is left. One that is about less data pays nothing any more. What was read before of
    /// what it is no longer about stays until it is revoked, or erased.
    pub async fn change_consent(
        &self,
        who: &Principal,
        id: ConsentId,
        change: Change,
        reply: Reply<'_, ConsentRow>,
    ) -> Result<ConsentRow, ChangeError> {
        if change == Change::default() {
            return Err(ChangeError::Nothing);
        }
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let row = self.store().consent(who.tenant, id).await.map_err(EngineError::from)?;
            let mut row = row.ok_or(ChangeError::Unknown)?;
            let mut work = UnitOfWork::new(who.tenant, self.now());
            if row.state.revoke(work.at).is_err() {
                return Err(ChangeError::Ended);
            }
            let mut event = AuditEvent::once("consent.changed", who.actor, id);
            if let Some(until) = change.until {
                let state = row.state.shorten(work.at, until)?;
                work.push(Command::ChangeConsent { id, expected: row.version, state });
                row = ConsentRow { state, version: row.version + 1, ..row };
                event = event.with(UNTIL, until);
            }
            if let Some(data) = change.data {
                if row.data.is_some_and(|before| !before.covers(data)) {
                    return Err(ChangeError::Wider);
                }
                // Payments were not named either: who takes back some takes back those.
                if row.data != Some(data) && self.end_paying(who, &row, &mut work).await? {
                    event = event.with("payments", "ended");
                }
                work.push(Command::NarrowConsent { id, expected: row.version, data });
                row = ConsentRow { data: Some(data), version: row.version + 1, ..row };
                event = event.with("data", data.written());
            }
            work.push(cancelling_under(id));
            work.push(Command::Audit(row_detail(event, who.tenant, &row)));
            work.commands.extend(reply.command(self, &row)?);
            self.commit_cancelling(work).await?;
            Ok(row)
        })
        .await
    }
}
