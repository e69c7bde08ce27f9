//! Sending again what was given up, under the same ids: whoever took a message before knows it.

use std::collections::HashMap;

use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{MessageId, TenantId};
use cartola_store::{Command, MAX_PAGE, UnitOfWork};

use super::{EndpointId, Message, MessageHead, MessageQuery, MessageState, Standing};
use crate::once::Reply;
use crate::retry::{MaybeConflict, until_settled};
use crate::{Engine, EngineError};

/// Messages that one call replays at most, the oldest ones.
pub const MAX_REPLAYED: usize = 1_000;

/// Which of the messages that were given up.
#[derive(Debug, Clone, Copy, Default)]
pub struct DeadLetters {
    /// Those to one endpoint.
    pub endpoint: Option<EndpointId>,
    /// Those written at this instant or later.
    pub from: Option<Timestamp>,
    /// Those written before this instant.
    pub until: Option<Timestamp>,
}

/// What a call replayed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replayed {
    /// How many messages.
    pub count: usize,
    /// Whether there are more of them.
    pub more: bool,
}

/// Why nothing is replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The tenant has no message of that id.
    #[error("there is no such message")]
    Unknown,
    /// It was not given up: it waits, is being sent, or has arrived.
    #[error("the message was not given up")]
    NotDead,
    /// Nothing is sent to its endpoint, until that is enabled again.
    #[error("the endpoint is disabled")]
    Disabled,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for ReplayError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// Sends a message again that was given up, at once and then by the whole schedule.
    pub async fn replay_message(
        &self,
        who: &Principal,
        id: MessageId,
        reply: Reply<'_, Message>,
    ) -> Result<Message, ReplayError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let message = self.find_message(who, id).await?.ok_or(ReplayError::Unknown)?;
            if !matches!(message.head.state, MessageState::Dead { .. }) {
                return Err(ReplayError::NotDead);
            }
            if message.disabled_at.is_some() {
                return Err(ReplayError::Disabled);
            }
            let event = AuditEvent::once("message.replayed", who.actor, id)
                .with("endpoint", message.endpoint());
            let mut work = UnitOfWork::new(who.tenant, self.now())
                .with(Command::ReplayMessage(id))
                .with(Command::Audit(event));
            let state = MessageState::Pending { next_attempt: work.at };
            let head = MessageHead { state, attempts: 0, ..message.head };
            let after = Message { head, disabled_at: None };
            work.commands.extend(reply.command(self, &after)?);
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(after)
        })
        .await
    }

    /// Sends again what was given up, the oldest first and [`MAX_REPLAYED`] at most, by one unit of
    /// work. Messages to endpoints that are disabled are passed over; where one endpoint alone is
    /// meant, that is an error.
    pub async fn replay_messages(
        &self,
        who: &Principal,
        which: DeadLetters,
        reply: Reply<'_, Replayed>,
    ) -> Result<Replayed, ReplayError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            if let Some(endpoint) = which.endpoint
                && self.is_disabled(who.tenant, endpoint).await?
            {
                return Err(ReplayError::Disabled);
            }
            let (ids, more) = self.dead_letters(who.tenant, which).await?;
            let replayed = Replayed { count: ids.len(), more };
            let mut work = UnitOfWork::new(who.tenant, self.now());
            if replayed.count > 0 {
                work.push(Command::Audit(event(who, which, replayed.count)));
            }
            work.commands.extend(ids.into_iter().map(Command::ReplayMessage));
            work.commands.extend(reply.command(self, &replayed)?);
            if !work.commands.is_empty() {
                self.store().commit(work).await.map_err(EngineError::from)?;
            }
            Ok(replayed)
        })
        .await
    }

    async fn is_disabled(
        &self,
        tenant: TenantId,
        endpoint: EndpointId,
    ) -> Result<bool, EngineError> {
        Ok(self.store().disabled(tenant, &endpoint.into()).await?.is_some())
    }

    /// The oldest of them, and whether there are more.
    async fn dead_letters(
        &self,
        tenant: TenantId,
        which: DeadLetters,
    ) -> Result<(Vec<MessageId>, bool), EngineError> {
        let query = MessageQuery {
            standing: Some(Standing::Dead),
            destination: which.endpoint.map(Into::into),
            from: which.from,
            until: which.until,
        };
        let (mut found, mut disabled, mut after) = (Vec::new(), HashMap::new(), None);
        loop {
            let page = self.store().messages(tenant, query, after, MAX_PAGE).await?;
            for head in page.rows {
                let is_disabled = match disabled.get(&head.destination) {
                    Some(known) => *known,
                    None => self.is_disabled(tenant, head.destination.into()).await?,
                };
                disabled.insert(head.destination, is_disabled);
                if is_disabled {
                    continue;
                }
                if found.len() == MAX_REPLAYED {
                    return Ok((found, true));
                }
                found.push(head.id);
            }
            after = page.next;
            if after.is_none() {
                return Ok((found, false));
            }
        }
    }
}

fn event(who: &Principal, which: DeadLetters, count: usize) -> AuditEvent {
    let mut event =
        AuditEvent::once("message.replayed", who.actor, "messages").with("messages", count);
    let details = [
        ("endpoint", which.endpoint.map(|endpoint| endpoint.to_string())),
        ("from", which.from.map(|at| at.to_string())),
        ("until", which.until.map(|at| at.to_string())),
    ];
    for (name, value) in details {
        if let Some(value) = value {
            event = event.with(name, value);
        }
    }
    event
}
