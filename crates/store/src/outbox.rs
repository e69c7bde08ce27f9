//! The outbox: what is to be told to others, and how that went.
//!
//! A message is written by the unit of work that decided it, sealed, and delivered by a job of
//! [`Queue::Outbox`](crate::jobs::Queue) whose id has the same 16 bytes: leases, fairness and
//! retries are the queue's. Its id never changes, whatever is tried again, and is what receivers
//! tell repetitions by. Messages of one tenant may arrive in another order than they were written.

use std::time::Duration;

use async_trait::async_trait;
use cartola_crypto::{Digest, Place, Sealed};
use cartola_model::Failure;
use cartola_primitives::id::{JobId, MessageId, TenantId, below_minted_since};
use cartola_primitives::{Secret, SignedDuration, Timestamp};

use crate::jobs::{JobEnd, JobKind, JobOrder, JobState, Lane, Priority, Queue, Standing};
use crate::{Page, StoreError, StoreErrorKind};

/// The kind of the job that delivers a message.
pub const DELIVERY: &str = "outbox.deliver";

/// Sealed destination and body of one message together, at most, bytes.
pub const MAX_MESSAGE_BYTES: usize = 8 << 20;

/// How long after its id was minted a message is written, at most. So ids, by which lists go, tell
/// what cannot have been written since an instant, and nobody walks through it.
pub const WRITTEN_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// What is sealed of a message, in plain: between whoever writes or delivers it and the vault.
pub struct PlainMessage {
    /// URL and headers, in a form that only `events` knows.
    pub envelope: Secret<Vec<u8>>,
    /// The body.
    pub body: Secret<Vec<u8>>,
}

/// A message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageOrder {
    /// Its id, the `webhook-id` of every attempt.
    pub id: MessageId,
    /// Keyed digest of the URL: what is known of a destination without opening it.
    pub destination: Digest,
    /// Who receives it, whatever the URL: of one receiver, so many messages are sent at once as a
    /// [`crate::jobs::Limits`] allows. Absent where a message was written before receivers were told
    /// apart.
    pub receiver: Option<Lane>,
    /// URL and headers, sealed at [`MessageOrder::envelope_place`].
    pub envelope: Sealed,
    /// The body, sealed at [`MessageOrder::body_place`].
    pub body: Sealed,
}

impl MessageOrder {
    /// Where the destination is sealed.
    pub fn envelope_place(tenant: TenantId, id: &MessageId) -> Place<'_> {
        Place { table: "message", column: "envelope", row: id.as_bytes(), tenant }
    }

    /// Where the body is sealed.
    pub fn body_place(tenant: TenantId, id: &MessageId) -> Place<'_> {
        Place { table: "message", column: "body", row: id.as_bytes(), tenant }
    }

    /// Refuses what no store takes, as a defect.
    pub fn check(&self) -> Result<(), StoreError> {
        if self.envelope.bytes.len() + self.body.bytes.len() > MAX_MESSAGE_BYTES {
            return Err(StoreError::new(StoreErrorKind::Misuse, "a message is too long"));
        }
        Ok(())
    }

    /// The same for one that is written at that instant. What is written too late is a conflict, so
    /// that it is decided again.
    pub fn check_written(&self, at: Timestamp) -> Result<(), StoreError> {
        if below_written_since(at).is_some_and(|below| self.id <= below) {
            return Err(StoreError::conflict("a message is written long after its id was minted"));
        }
        self.check()
    }

    /// The job that delivers it, due at once.
    pub fn job(&self, at: Timestamp) -> JobOrder {
        JobOrder {
            id: job_of(self.id),
            queue: Queue::Outbox,
            kind: JobKind::parse(DELIVERY).expect("the name of our own kind is sound"),
            link: None,
            lane: self.receiver.clone(),
            mandate: None,
            arguments: None,
            not_before: at,
            priority: Priority::Normal,
            continuation: None,
        }
    }
}

/// An id below those of all messages that are written at that instant or later.
fn below_written_since(at: Timestamp) -> Option<MessageId> {
    below_minted_since(at.saturating_sub(WRITTEN_WITHIN).ok()?)
}

/// The job that delivers a message.
pub const fn job_of(message: MessageId) -> JobId {
    JobId::from_bytes(*message.as_bytes())
}

/// The message that a job of the outbox delivers.
pub const fn message_of(job: JobId) -> MessageId {
    MessageId::from_bytes(*job.as_bytes())
}

/// A message as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// The message.
    pub order: MessageOrder,
    /// When it was decided.
    pub created_at: Timestamp,
    /// How often a worker took it up since it was written or replayed.
    pub attempts: u32,
    /// Where it stands.
    pub state: MessageState,
}

impl MessageRow {
    /// A message as its job tells.
    pub fn new(
        order: MessageOrder,
        created_at: Timestamp,
        attempts: u32,
        job: &JobState,
        not_before: Timestamp,
    ) -> Self {
        Self { order, created_at, attempts, state: MessageState::of(job, not_before) }
    }

    /// The same without its body.
    pub fn head(self) -> MessageHead {
        let Self { order, created_at, attempts, state } = self;
        let MessageOrder { id, destination, envelope, .. } = order;
        MessageHead { id, destination, envelope, created_at, attempts, state }
    }
}

/// A message as lists tell it: without its body, which may be long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHead {
    /// Its id.
    pub id: MessageId,
    /// Keyed digest of the URL.
    pub destination: Digest,
    /// URL and headers, sealed at [`MessageOrder::envelope_place`].
    pub envelope: Sealed,
    /// When it was decided.
    pub created_at: Timestamp,
    /// How often a worker took it up since it was written or replayed.
    pub attempts: u32,
    /// Where it stands.
    pub state: MessageState,
}

/// Where a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// Waits for its next attempt.
    Pending {
        /// When the attempt is due.
        next_attempt: Timestamp,
    },
    /// Is being sent.
    Sending,
    /// The receiver has it.
    Delivered {
        /// Since when.
        at: Timestamp,
    },
    /// Given up; it can be replayed.
    Dead {
        /// Since when.
        at: Timestamp,
    },
}

impl MessageState {
    /// The stable names, and the standing of the job behind each.
    pub const NAMES: [(&'static str, Standing); 4] = [
        ("pending", Standing::Queued),
        ("sending", Standing::Running),
        ("delivered", Standing::Done),
        ("dead", Standing::Dead),
    ];

    /// Where a message stands whose job stands so.
    pub const fn of(job: &JobState, not_before: Timestamp) -> Self {
        match *job {
            JobState::Queued => Self::Pending { next_attempt: not_before },
            JobState::Running(_) => Self::Sending,
            JobState::Done { at } => Self::Delivered { at },
            // Nobody cancels a message.
            JobState::Dead { at } | JobState::Cancelled { at } => Self::Dead { at },
        }
    }

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending { .. } => "pending",
            Self::Sending => "sending",
            Self::Delivered { .. } => "delivered",
            Self::Dead { .. } => "dead",
        }
    }
}

/// One attempt to deliver a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// When it began.
    pub at: Timestamp,
    /// How long it took; whole milliseconds.
    pub lasted: Duration,
    /// What came of it.
    pub outcome: AttemptOutcome,
}

/// What came of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The receiver answered with this HTTP status.
    Status(u16),
    /// There was no answer.
    Failed(AttemptFailure),
}

/// Why there was no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptFailure {
    /// The URL leads to an address that is not called.
    Forbidden,
    /// The name does not resolve.
    Unresolved,
    /// No connection, or one that broke off.
    Unreachable,
    /// The receiver's certificate, or its TLS.
    Tls,
    /// No answer in time.
    Timeout,
    /// What came is no HTTP.
    Protocol,
    /// What is sealed cannot be opened or read.
    Unreadable,
}

impl AttemptFailure {
    /// Every one.
    pub const ALL: [Self; 7] = [
        Self::Forbidden,
        Self::Unresolved,
        Self::Unreachable,
        Self::Tls,
        Self::Timeout,
        Self::Protocol,
        Self::Unreadable,
    ];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden_address",
            Self::Unresolved => "unresolved",
            Self::Unreachable => "unreachable",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Unreadable => "unreadable",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.name() == name)
    }
}

/// What a worker makes of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeliveryEnd {
    /// The receiver has it.
    Delivered,
    /// It is tried again.
    Retry {
        /// When.
        not_before: Timestamp,
        /// Why it did not work out.
        failure: Failure,
    },
    /// It is given up.
    Dead {
        /// Why.
        failure: Failure,
    },
    /// It is given up, with [`Failure::Unsupported`], and so is everything that waits for this
    /// destination or will be written for it, until the destination is allowed again. What is being
    /// sent meanwhile is not called back.
    Disabled,
}

impl DeliveryEnd {
    /// What becomes of the job that delivers the message.
    pub const fn of_job(self) -> JobEnd {
        match self {
            Self::Delivered => JobEnd::Done,
            Self::Retry { not_before, failure } => JobEnd::Retry { not_before, failure },
            Self::Dead { failure } => JobEnd::Dead { failure },
            Self::Disabled => JobEnd::Dead { failure: Failure::Unsupported },
        }
    }
}

/// Which messages are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MessageQuery {
    /// Those whose job stands so.
    pub standing: Option<Standing>,
    /// Those to one URL.
    pub destination: Option<Digest>,
    /// Those decided at this instant or later.
    pub from: Option<Timestamp>,
    /// Those decided before this instant.
    pub until: Option<Timestamp>,
}

impl MessageQuery {
    /// All of them.
    pub const ALL: Self = Self { standing: None, destination: None, from: None, until: None };

    /// Whether a message was decided in the span that is asked for.
    pub fn spans(&self, created_at: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= created_at)
            && self.until.is_none_or(|until| created_at < until)
    }

    /// After which message a page begins that follows `after`: what lies before and cannot be in the
    /// span is passed over.
    pub fn begins_after(&self, after: Option<MessageId>) -> Option<MessageId> {
        after.max(self.from.and_then(below_written_since))
    }

    /// The span in microseconds since 1970, as stores compare it: from the first, before the second.
    pub fn microseconds(&self) -> (i64, i64) {
        let from = self.from.map_or(i64::MIN, Timestamp::as_microsecond);
        (from, self.until.map_or(i64::MAX, Timestamp::as_microsecond))
    }
}

/// Reads of the outbox. It is claimed through [`crate::Jobs`].
#[async_trait]
pub trait Outbox: Send + Sync {
    /// The message of that id.
    async fn message(
        &self,
        tenant: TenantId,
        id: MessageId,
    ) -> Result<Option<MessageRow>, StoreError>;

    /// Those of these messages that are there, in any order: what was taken together is read together.
    /// At most a page of them ([`crate::MAX_PAGE`]).
    async fn message_orders(
        &self,
        tenant: TenantId,
        ids: Vec<MessageId>,
    ) -> Result<Vec<MessageOrder>, StoreError>;

    /// Messages, by id, which is by age.
    async fn messages(
        &self,
        tenant: TenantId,
        query: MessageQuery,
        after: Option<MessageId>,
        limit: usize,
    ) -> Result<Page<MessageHead, MessageId>, StoreError>;

    /// The attempts at a message, from the first on; at most a page of them
    /// ([`crate::MAX_PAGE`]).
    async fn attempts(
        &self,
        tenant: TenantId,
        message: MessageId,
    ) -> Result<Vec<Attempt>, StoreError>;

    /// Since when a destination is disabled, if it is.
    async fn disabled(
        &self,
        tenant: TenantId,
        destination: &Digest,
    ) -> Result<Option<Timestamp>, StoreError>;
}
