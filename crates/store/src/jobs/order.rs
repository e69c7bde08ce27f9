//! What is to be done.

use std::fmt;

use cartola_crypto::{Place, Sealed};
use cartola_model::InstitutionId;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{ConsentId, JobId, LinkId, TenantId};

use crate::{StoreError, StoreErrorKind};

/// Longest name of a kind, bytes.
const MAX_KIND_BYTES: usize = 48;

/// Longest name of a lane, bytes; an institution's id fits.
const MAX_LANE_BYTES: usize = 48;

const _: () = assert!(MAX_LANE_BYTES >= cartola_model::institution::MAX_INSTITUTION_ID);

/// Sealed arguments of one job, at most, bytes. What is larger belongs into the archive.
pub const MAX_ARGUMENTS_BYTES: usize = 64 << 10;

/// A job to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobOrder {
    /// Its id.
    pub id: JobId,
    /// Which workers take it.
    pub queue: Queue,
    /// Who handles it.
    pub kind: JobKind,
    /// The link that it works on; of one link, one job runs at a time.
    pub link: Option<LinkId>,
    /// What it keeps busy. Of one lane, and over all tenants, so many jobs run at a time as a
    /// [`crate::jobs::Limits`] allows.
    pub lane: Option<Lane>,
    /// What allows it: it is cancelled with all that is under a mandate which is withdrawn.
    pub mandate: Option<ConsentId>,
    /// What its handler needs to know, sealed at [`JobOrder::place`]. The store does not look
    /// into it, and forgets it when the job ends.
    pub arguments: Option<Sealed>,
    /// When it is due, by the business clock.
    pub not_before: Timestamp,
    /// Its rank among the jobs of its tenant.
    pub priority: Priority,
    /// What follows once it has ended, whichever way; absent once it does.
    pub continuation: Option<Continuation>,
}

impl JobOrder {
    /// Where the arguments of a job are sealed, also those of a continuation: they are the
    /// arguments of a job whose id is known before it is queued.
    pub fn place(tenant: TenantId, id: &JobId) -> Place<'_> {
        Place { table: "job", column: "arguments", row: id.as_bytes(), tenant }
    }

    /// Refuses what no store takes, as a defect: too long arguments, and a job of the outbox, which
    /// comes with its message.
    pub fn check(&self) -> Result<(), StoreError> {
        let misuse = |context| Err(StoreError::new(StoreErrorKind::Misuse, context));
        let next = self.continuation.as_ref().and_then(|next| next.arguments.as_ref());
        let too_long = |sealed: &Sealed| sealed.bytes.len() > MAX_ARGUMENTS_BYTES;
        if self.arguments.as_ref().is_some_and(too_long) || next.is_some_and(too_long) {
            return misuse("the arguments of a job are too long");
        }
        if self.queue == Queue::Outbox {
            return misuse("a job of the outbox without its message");
        }
        Ok(())
    }
}

/// A job that the end of another one queues: in the same queue, with the same priority, due at
/// once, of no link, in no lane and under no mandate. Its row says after which one it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Continuation {
    /// The id that the job will have.
    pub id: JobId,
    /// Who handles it.
    pub kind: JobKind,
    /// What its handler needs to know, sealed at [`JobOrder::place`].
    pub arguments: Option<Sealed>,
}

/// Jobs of different queues are claimed by different workers, and do not wait for one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Queue {
    /// What the gateway does.
    Work,
    /// What it tells others: one job for each message of the outbox.
    Outbox,
}

impl Queue {
    /// Every queue.
    pub const ALL: [Self; 2] = [Self::Work, Self::Outbox];
}

/// The rank of a job among those of its tenant. It gives no rank over other tenants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody waits for the answer of the call that asked for it.
    Interactive,
    /// Everything else.
    Normal,
    /// When there is nothing else to do.
    Background,
}

impl Priority {
    /// From first to last.
    pub const ALL: [Self; 3] = [Self::Interactive, Self::Normal, Self::Background];
}

/// The name of what jobs keep busy, such as the institution that they ask. Nothing personal.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lane(String);

/// The text is no name of a lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a lane is 1 to {MAX_LANE_BYTES} of a-z, 0-9, `-`, `_` and `.`")]
pub struct LaneError;

impl Lane {
    /// Reads a name: 1 to 48 of `a-z`, `0-9`, `-`, `_` and `.`.
    pub fn parse(name: &str) -> Result<Self, LaneError> {
        let sound =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_.".contains(&byte);
        if (1..=MAX_LANE_BYTES).contains(&name.len()) && name.bytes().all(sound) {
            return Ok(Self(name.to_owned()));
        }
        Err(LaneError)
    }

    /// The lane of those who ask an institution.
    pub fn of(institution: &InstitutionId) -> Self {
        Self(institution.as_str().to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Lane {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The stable name of a kind of job, such as `extraction.run`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobKind(String);

/// The text is no name of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a kind of job is 1 to {MAX_KIND_BYTES} of a-z, 0-9, `_` and `.`")]
pub struct JobKindError;

impl JobKind {
    /// Reads a name: 1 to 48 of `a-z`, `0-9`, `_` and `.`.
    pub fn parse(name: &str) -> Result<Self, JobKindError> {
        let sound =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.".contains(&byte);
        if (1..=MAX_KIND_BYTES).contains(&name.len()) && name.bytes().all(sound) {
            return Ok(Self(name.to_owned()));
        }
        Err(JobKindError)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for JobKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
