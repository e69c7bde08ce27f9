//! One effect per idempotency key.
//!
//! The answer of a call is written by the same unit of work as its effect: there is no moment, not
//! even across a crash, at which one is there without the other.

use cartola_crypto::Place;
use cartola_model::Principal;
use cartola_primitives::SignedDuration;
use cartola_store::answers::AnswerRow;
use cartola_store::{Command, UnitOfWork};
use std::sync::Arc;

use crate::retry::until_settled;
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// How long an answer is kept.
pub const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Longest idempotency key, in bytes.
pub const MAX_KEY_BYTES: usize = 255;

/// The answer of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedAnswer {
    /// HTTP status.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// What a caller says about the repetition of a call.
#[derive(Debug, Clone, Copy)]
pub struct Repeatable<'a> {
    /// The verb, such as `imports.create`: the same key for another verb is another key.
    pub verb: &'static str,
    /// The caller's key.
    pub key: &'a str,
    /// What is asked, in a form that is equal for equal requests.
    pub request: &'a [u8],
}

/// The right to record the answer of one call.
pub struct Ticket {
    row: AnswerKey,
    key: Arc<cartola_crypto::DataKey>,
    principal: Principal,
}

#[derive(Clone)]
struct AnswerKey {
    key: cartola_crypto::Digest,
    fingerprint: cartola_crypto::Digest,
}

/// Why a repeatable call is not made.
#[derive(Debug, thiserror::Error)]
pub enum OnceError {
    /// The key is empty, too long or not printable ASCII.
    #[error("an idempotency key is 1 to {MAX_KEY_BYTES} printable ASCII characters")]
    Key,
    /// The key came with another request before.
    #[error("this idempotency key was used for another request")]
    OtherRequest,
    /// The call was made before; this is its answer.
    #[error("answered already")]
    Answered(RecordedAnswer),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

/// Whether that can be an idempotency key.
pub fn is_key(text: &str) -> bool {
    let is_printable = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
    (1..=MAX_KEY_BYTES).contains(&text.len()) && text.bytes().all(is_printable)
}

impl Engine {
    /// Begins a repeatable call, unless it has an answer already.
    pub async fn once(
        &self,
        principal: &Principal,
        call: Repeatable<'_>,
    ) -> Result<Ticket, OnceError> {
        if !is_key(call.key) {
            return Err(OnceError::Key);
        }
        let tenant = principal.tenant;
        let text = format!("{}\n{}", call.verb, call.key);
        let row = AnswerKey {
            key: self.vault().digest(purpose::ANSWER, tenant, text.as_bytes()),
            fingerprint: self.vault().digest(purpose::FINGERPRINT, tenant, call.request),
        };
        if let Some(found) =
            self.store().answer(tenant, &row.key, self.now()).await.map_err(EngineError::from)?
        {
            if found.fingerprint != row.fingerprint {
                return Err(OnceError::OtherRequest);
            }
            return Err(OnceError::Answered(self.recorded(principal, &found).await?));
        }
        let key = self.vault().key_of(tenant, None, self.minter(), self.now()).await?;
        Ok(Ticket { row, key, principal: principal.clone() })
    }

    async fn recorded(
        &self,
        principal: &Principal,
        row: &AnswerRow,
    ) -> Result<RecordedAnswer, EngineError> {
        let place = place(principal, &row.key);
        let body = self.vault().open_sealed(&place, &row.sealed).await?;
        Ok(RecordedAnswer { status: row.status, body: body.expose().clone() })
    }

    /// Records the answer of a call that changes nothing else.
    pub async fn record(
        &self,
        ticket: &Ticket,
        answer: &RecordedAnswer,
    ) -> Result<(), EngineError> {
        until_settled(|| async move {
            self.check_ticket(Some(ticket)).await?;
            let command = self.record_answer(ticket, answer)?;
            let work = UnitOfWork::new(ticket.principal.tenant, self.now()).with(command);
            self.store().commit(work).await?;
            Ok(())
        })
        .await
    }

    /// The command that records the answer in the unit of work that makes it true.
    pub(crate) fn record_answer(
        &self,
        ticket: &Ticket,
        answer: &RecordedAnswer,
    ) -> Result<Command, EngineError> {
        let place = place(&ticket.principal, &ticket.row.key);
        Ok(Command::RecordAnswer(AnswerRow {
            key: ticket.row.key,
            fingerprint: ticket.row.fingerprint,
            status: answer.status,
            sealed: self.vault().seal(&ticket.key, &place, &answer.body)?,
            expires_at: self.now() + KEPT,
        }))
    }

    /// After a conflict: whether it was the answer of the same call, made meanwhile.
    pub(crate) async fn check_ticket(&self, ticket: Option<&Ticket>) -> Result<(), EngineError> {
        let Some(ticket) = ticket else { return Ok(()) };
        let tenant = ticket.principal.tenant;
        match self.store().answer(tenant, &ticket.row.key, self.now()).await? {
            Some(row) if row.fingerprint != ticket.row.fingerprint => {
                Err(EngineError::OtherRequest)
            }
            Some(row) => Err(EngineError::Answered(self.recorded(&ticket.principal, &row).await?)),
            None => Ok(()),
        }
    }
}

fn place<'a>(principal: &Principal, key: &'a cartola_crypto::Digest) -> Place<'a> {
    Place { table: "answer", column: "body", row: key.as_bytes(), tenant: principal.tenant }
}

/// How a use case answers a repeatable call: the ticket, if it is one, and the form of the answer.
pub struct Reply<'a, T> {
    /// The ticket.
    pub ticket: Option<&'a Ticket>,
    /// The answer that an outcome gets.
    pub render: &'a (dyn Fn(&T) -> RecordedAnswer + Send + Sync),
}

impl<T: 'static> Reply<'_, T> {
    /// For callers that do not repeat.
    pub const NONE: Reply<'static, T> =
        Reply { ticket: None, render: &|_| RecordedAnswer { status: 0, body: Vec::new() } };

    /// Records the answer where nothing else changes.
    pub(crate) async fn alone(&self, engine: &Engine, outcome: &T) -> Result<(), EngineError> {
        match self.ticket {
            Some(ticket) => engine.record(ticket, &(self.render)(outcome)).await,
            None => Ok(()),
        }
    }

    pub(crate) fn command(
        &self,
        engine: &Engine,
        outcome: &T,
    ) -> Result<Option<Command>, EngineError> {
        self.ticket.map(|ticket| engine.record_answer(ticket, &(self.render)(outcome))).transpose()
    }
}
