//! The durable queue of jobs.
//!
//! Whatever leaves the process, or takes longer than a request may, is a job: a row of the unit of
//! work that decided it. A worker claims jobs, each under a lease, and ends each by a unit of work
//! that names the lease. The lease is the fence: a worker that was taken for dead, and whose job
//! another one took over, can end nothing any more. So a job may be begun several times, and ends
//! exactly once. What a handler does before it ends its job must bear being done again.
//!
//! *When* a job is due is business time. *Whether* its worker lives is monotonic time; see
//! [`lease`]. Who is next is decided by [`turns`]. Workers take jobs through a [`Claimer`].

pub mod claimer;
pub mod lease;
mod order;
mod progress;
mod record;
pub mod turns;

use std::time::Duration;

use async_trait::async_trait;
use cartola_model::Failure;
use cartola_primitives::id::{JobId, LeaseId, TenantId};
use cartola_primitives::{Moment, Timestamp};

use crate::arrivals::Arrivals;
use crate::{Page, StoreError, StoreErrorKind};

pub use self::claimer::{Claimer, ClaimerParts};
pub use self::lease::{Claim, Lease, LeaseWatch, Limits, Others};
pub use self::order::{
    Continuation, JobKind, JobKindError, JobOrder, Lane, LaneError, MAX_ARGUMENTS_BYTES, Priority,
    Queue,
};
pub use self::progress::{Progress, ProgressNote, Step};
pub use self::record::record;

/// How long a worker, or whoever waits for a job, waits before it looks again when nothing wakes
/// it: for what another process wrote, for what is due meanwhile, and for leases that are over.
pub const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Jobs of one tenant in one queue that have not ended, at most. One more is answered
/// [`crate::StoreErrorKind::Busy`], and the unit that wanted it is refused whole.
pub const MAX_OPEN_JOBS: u64 = 100_000;

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// What is to be done. A retry moves its `not_before`.
    pub order: JobOrder,
    /// The job whose continuation it is.
    pub after: Option<JobId>,
    /// When it was decided, by the business clock.
    pub created_at: Timestamp,
    /// How often it was claimed since it was queued, or queued again after it was dead.
    pub attempts: u32,
    /// Why the last attempt did not do it; [`Failure::Internal`] where its worker was lost.
    pub last_failure: Option<Failure>,
    /// Why it is to be cancelled, once somebody wants that. It may be done all the same, where its
    /// worker was faster; else it ends as cancelled, with this as its last failure.
    pub cancelled: Option<Failure>,
    /// How far its last attempt was when its worker last noted it.
    pub progress: Option<Progress>,
    /// Where it stands.
    pub state: JobState,
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// Waits until it is due, its link is free, its lane has room and a worker claims it.
    Queued,
    /// A worker has it.
    Running(Lease),
    /// Done.
    Done {
        /// When.
        at: Timestamp,
    },
    /// Given up.
    Dead {
        /// When.
        at: Timestamp,
    },
    /// Ended before it was done, because somebody wanted that.
    Cancelled {
        /// When.
        at: Timestamp,
    },
}

impl JobState {
    /// Its name without its data.
    pub const fn standing(&self) -> Standing {
        match self {
            Self::Queued => Standing::Queued,
            Self::Running(_) => Standing::Running,
            Self::Done { .. } => Standing::Done,
            Self::Dead { .. } => Standing::Dead,
            Self::Cancelled { .. } => Standing::Cancelled,
        }
    }
}

/// The states by name, for lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// [`JobState::Queued`].
    Queued,
    /// [`JobState::Running`].
    Running,
    /// [`JobState::Done`].
    Done,
    /// [`JobState::Dead`].
    Dead,
    /// [`JobState::Cancelled`].
    Cancelled,
}

impl Standing {
    /// Every one.
    pub const ALL: [Self; 5] =
        [Self::Queued, Self::Running, Self::Done, Self::Dead, Self::Cancelled];

    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// The one of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|standing| standing.name() == name)
    }
}

/// Refuses a job where its tenant has too many already.
pub fn check_open(open: u64) -> Result<(), StoreError> {
    if open >= MAX_OPEN_JOBS {
        let context = format!("{MAX_OPEN_JOBS} jobs of the tenant wait already");
        return Err(StoreError::new(StoreErrorKind::Busy, context));
    }
    Ok(())
}

/// What a worker makes of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd {
    /// It is done; its continuation is queued.
    Done,
    /// It did not work out, and is queued again.
    Retry {
        /// When it is due again; at once where it is to be cancelled, which whoever claims it does.
        not_before: Timestamp,
        /// Why it did not work out.
        failure: Failure,
    },
    /// It is given up; its continuation is queued all the same, and finds out why.
    Dead {
        /// Why.
        failure: Failure,
    },
    /// Somebody wants it cancelled, and its worker has let go of it; its continuation is queued all
    /// the same, and finds out why. A conflict where nobody does.
    Cancelled,
}

/// A job that was claimed, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimedJob {
    /// Whose.
    pub tenant: TenantId,
    /// The lease under which it runs.
    pub lease: LeaseId,
    /// The job, running.
    pub row: JobRow,
}

/// The queue. What adds and ends jobs are commands of a unit of work.
#[async_trait]
pub trait Jobs: Send + Sync {
    /// Takes jobs that are due, at most one for each lease id that is offered, in the order in
    /// which tenants and priorities have it. Jobs whose lease is over are queued again first, with
    /// [`Failure::Internal`]. Of one link, one job runs at a time; of one lane and of one tenant, so
    /// many as the claim says. A job that has to wait for others is passed over and holds up nobody,
    /// and so is a full lane, however long.
    ///
    /// Not idempotent: an answer that is lost is a job that runs under nobody, until its lease is
    /// over.
    async fn claim(&self, claim: Claim) -> Result<Vec<ClaimedJob>, StoreError>;

    /// Prolongs a lease by its term from `moment` on. A conflict when the job no longer runs under
    /// it: whoever asked must stop at once, since another one may have begun. Gives why the job is to
    /// be cancelled, if it is.
    async fn prolong(
        &self,
        tenant: TenantId,
        job: JobId,
        lease: LeaseId,
        moment: Moment,
    ) -> Result<Option<Failure>, StoreError>;

    /// Notes how far jobs are, of whichever tenants, in one write. A job that no longer runs under its
    /// lease is passed over. Nobody is woken, and what is lost is noted again a moment later.
    async fn note_progress(&self, notes: Vec<ProgressNote>) -> Result<(), StoreError>;

    /// The leases of all jobs that run, for a [`LeaseWatch`].
    async fn leases(&self, queue: Queue) -> Result<Vec<Lease>, StoreError>;

    /// When the first of the queued jobs is due. It may be past already, for a job whose link is
    /// not free.
    async fn next_due(&self, queue: Queue) -> Result<Option<Timestamp>, StoreError>;

    /// Wakes whoever waits for jobs: after each commit of this process that added, moved or ended
    /// one. What other processes commit is found by looking.
    fn arrivals(&self) -> Arrivals;

    /// The job of that id.
    async fn job(&self, tenant: TenantId, id: JobId) -> Result<Option<JobRow>, StoreError>;

    /// A queue's jobs, by id, which is by age; those that stand so if asked.
    async fn jobs(
        &self,
        tenant: TenantId,
        queue: Queue,
        standing: Option<Standing>,
        after: Option<JobId>,
        limit: usize,
    ) -> Result<Page<JobRow, JobId>, StoreError>;

    /// Forgets jobs that ended before an instant, with what was sent by them; at most a page of
    /// them ([`crate::MAX_PAGE`]). Gives their number, so that the caller knows when to stop.
    async fn forget_ended(&self, before: Timestamp) -> Result<usize, StoreError>;
}
