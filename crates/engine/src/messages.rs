//! Messages as their tenant sees them: how they stand, what came of each attempt, and sending again
//! what was given up.
//!
//! What a message says stays sealed. A URL is known as an endpoint, by an id that tells nothing of it.

mod replay;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::str::FromStr;

use cartola_crypto::Digest;
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::Timestamp;
use cartola_primitives::id::MessageId;
use cartola_store::outbox::MessageRow;
use cartola_store::{Command, Page, UnitOfWork};

use crate::access::Subject;
use crate::once::Reply;
use crate::retry::until_settled;
use crate::{Engine, EngineError};

pub use self::replay::{DeadLetters, MAX_REPLAYED, ReplayError, Replayed};
pub use cartola_store::jobs::Standing;
pub use cartola_store::outbox::{
    Attempt, AttemptFailure, AttemptOutcome, MessageHead, MessageQuery, MessageState,
};

/// What an endpoint's id begins with.
const PREFIX: &str = "end_";

/// A URL that a tenant has named, by its keyed digest: `end_` and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndpointId(Digest);

/// The text is no endpoint's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected end_ followed by 64 lowercase hexadecimal digits")]
pub struct EndpointIdError;

impl FromStr for EndpointId {
    type Err = EndpointIdError;

    fn from_str(text: &str) -> Result<Self, EndpointIdError> {
        let digits = text.strip_prefix(PREFIX).ok_or(EndpointIdError)?;
        Digest::from_hex(digits).map(Self).map_err(|_| EndpointIdError)
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", self.0.hex())
    }
}

impl From<Digest> for EndpointId {
    fn from(digest: Digest) -> Self {
        Self(digest)
    }
}

impl From<EndpointId> for Digest {
    fn from(id: EndpointId) -> Self {
        id.0
    }
}

/// A message, and whether anything is sent to where it goes.
#[derive(Debug, Clone)]
pub struct Message {
    /// The message, without its body.
    pub head: MessageHead,
    /// Since when its endpoint is disabled, if it is.
    pub disabled_at: Option<Timestamp>,
}

impl Message {
    /// Where it goes.
    pub fn endpoint(&self) -> EndpointId {
        EndpointId(self.head.destination)
    }
}

/// A URL that a tenant has named, as far as it is known without opening anything.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// Its id.
    pub id: EndpointId,
    /// Since when it is disabled, if it is.
    pub disabled_at: Option<Timestamp>,
    /// The oldest message to it that is kept, in whose envelope its URL is; none where all were
    /// forgotten.
    pub message: Option<MessageHead>,
}

impl Engine {
    /// Messages, by age. Each looked at is an access in the audit trail.
    pub async fn messages(
        &self,
        who: &Principal,
        query: MessageQuery,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<Message, MessageId>, EngineError> {
        self.note_access(who, "message.read", Subject::list("messages"));
        let Page { rows, next } = self.store().messages(who.tenant, query, after, limit).await?;
        let mut disabled = HashMap::new();
        for head in &rows {
            if let Entry::Vacant(unknown) = disabled.entry(head.destination) {
                unknown.insert(self.store().disabled(who.tenant, &head.destination).await?);
            }
        }
        let message = |head: MessageHead| {
            let disabled_at = disabled.get(&head.destination).copied().flatten();
            Message { head, disabled_at }
        };
        Ok(Page { rows: rows.into_iter().map(message).collect(), next })
    }

    /// One message, with what came of the attempts at it, the first ones first.
    pub async fn message(
        &self,
        who: &Principal,
        id: MessageId,
    ) -> Result<Option<(Message, Vec<Attempt>)>, EngineError> {
        self.note_access(who, "message.read", Subject::one(id));
        let Some(message) = self.find_message(who, id).await? else { return Ok(None) };
        let attempts = self.store().attempts(who.tenant, id).await?;
        Ok(Some((message, attempts)))
    }

    async fn find_message(
        &self,
        who: &Principal,
        id: MessageId,
    ) -> Result<Option<Message>, EngineError> {
        let row = self.store().message(who.tenant, id).await?;
        let Some(head) = row.map(MessageRow::head) else { return Ok(None) };
        let disabled_at = self.store().disabled(who.tenant, &head.destination).await?;
        Ok(Some(Message { head, disabled_at }))
    }

    /// An endpoint that a message was written for, or that is disabled.
    pub async fn endpoint(
        &self,
        who: &Principal,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, EngineError> {
        self.note_access(who, "endpoint.read", Subject::list("endpoints"));
        self.find_endpoint(who, id).await
    }

    async fn find_endpoint(
        &self,
        who: &Principal,
        id: EndpointId,
    ) -> Result<Option<Endpoint>, EngineError> {
        let query = MessageQuery { destination: Some(id.0), ..MessageQuery::ALL };
        let page = self.store().messages(who.tenant, query, None, 1).await?;
        let message = page.rows.into_iter().next();
        let disabled_at = self.store().disabled(who.tenant, &id.0).await?;
        let is_known = message.is_some() || disabled_at.is_some();
        Ok(is_known.then_some(Endpoint { id, disabled_at, message }))
    }

    /// Lets messages go to an endpoint again. Those that were given up meanwhile wait to be replayed.
    /// Nothing comes of it where there is no such endpoint.
    pub async fn enable_endpoint(
        &self,
        who: &Principal,
        id: EndpointId,
        reply: Reply<'_, Endpoint>,
    ) -> Result<Option<Endpoint>, EngineError> {
        let reply = &reply;
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let Some(endpoint) = self.find_endpoint(who, id).await? else { return Ok(None) };
            let was_disabled = endpoint.disabled_at.is_some();
            let enabled = Endpoint { disabled_at: None, ..endpoint };
            let mut work = UnitOfWork::new(who.tenant, self.now());
            if was_disabled {
                work.push(Command::AllowDestination(id.0));
                work.push(Command::Audit(AuditEvent::once("endpoint.enabled", who.actor, id)));
            }
            work.commands.extend(reply.command(self, &enabled)?);
            if !work.commands.is_empty() {
                self.store().commit(work).await?;
            }
            Ok(Some(enabled))
        })
        .await
    }
}
