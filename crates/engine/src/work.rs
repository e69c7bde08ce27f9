//! What the gateway does in its own time: jobs of the durable queue, and those who wait for one.
//!
//! A job is begun under a lease, kept alive by heartbeats, and ended by the unit of work that
//! names the lease. A handler may therefore be run again: after a crash, or by somebody else where
//! this process was taken for dead. What it writes before its end must bear that.

mod live;
mod run;
mod waiting;

use std::collections::HashMap;
use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cartola_model::Failure;
use cartola_primitives::id::{IdMinter, JobId, LeaseId, TenantId};
use cartola_primitives::{Monotonic, Secret};
use cartola_store::jobs::{ClaimedJob, Claimer, ClaimerParts, JobRow, JobState, LOOK_AGAIN, Queue};
use cartola_store::{StoreError, UnitOfWork};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep, timeout};

use crate::{Engine, EngineError};

pub(crate) use self::live::{Live, Report};
pub use self::waiting::{Ended, Pending};
pub(crate) use self::waiting::{Looks, Moves, Waiters};
pub use cartola_store::Command;
pub use cartola_store::jobs::{JobEnd, JobKind, Limits, Priority, Progress, Step};

/// How long a lease lasts until a heartbeat prolongs it. Whoever waits for a job does so for 55
/// seconds: what a process that was killed had begun is begun again, and can end, in that time.
pub const TERM: Duration = Duration::from_secs(15);

/// How often it is prolonged. A worker hears so that its job is cancelled: what runs under a consent
/// that another process has revoked is let go of within five seconds.
pub const HEARTBEAT_EVERY: Duration = Duration::from_secs(4);

const _: () = assert!(TERM.as_secs() >= 3 * HEARTBEAT_EVERY.as_secs(), "two beats may be lost");

/// How long nothing is taken where the store did not answer: those who run jobs prolong their leases
/// first, which may be over by the time that it answers again.
const OTHERS_FIRST: Duration = Duration::from_secs(3);

/// How often a process writes down how far its jobs are, those that have got on, in one write.
pub const NOTE_EVERY: Duration = Duration::from_secs(1);

/// Times that a job is begun at most, unless its handler never gives up. One that takes its process
/// along would do so for ever; many that merely ran when their process ended may be begun again.
pub const MAX_ATTEMPTS: u32 = 10;

/// Jobs that one process runs at once, where nothing else is set. Most of their time they wait for
/// an institution.
pub const MAX_RUNNING: u32 = 1_000;

/// The same where several processes share them: none takes what others could do now, nor many along
/// when it is killed.
pub const MAX_RUNNING_OF_MANY: u32 = 200;

/// Jobs that one process runs at once, where nothing else is set; whether others run them too.
pub const fn usual_running(is_shared: bool) -> u32 {
    if is_shared { MAX_RUNNING_OF_MANY } else { MAX_RUNNING }
}

/// Jobs that are taken in one claim, which makes a lease for each before it knows how many there are.
const TAKEN_AT_ONCE: usize = 64;

/// Jobs that a process runs at once when it has just begun.
pub const FIRST_RUNNING: usize = 16;

/// How often it may run twice as many. What it was killed with is begun again each time, until it is
/// given up: where one job kills its process, or something kills one process after another, few
/// others are to be there.
pub const TWICE_AFTER: Duration = Duration::from_secs(5);

/// What may run at once of one institution and of one tenant, over all processes, where nothing else
/// is set, given what one process runs. An institution that hangs keeps each of its jobs for
/// [`crate::readings::READING_TIMEOUT`]: a tenth, so that ten have to hang before others wait. What
/// runs is not called back, so a tenant that had all places would have them until its readings end:
/// half.
pub const fn usual_limits(at_once: u32) -> Limits {
    const fn part(of: u32, parts: u32) -> u32 {
        if of < parts { 1 } else { of / parts }
    }
    Limits { of_lane: Some(part(at_once, 10)), of_tenant: Some(part(at_once, 2)) }
}

/// A job that runs, as its handler sees it.
pub struct Task {
    /// Whose.
    pub tenant: TenantId,
    /// The row, as it was claimed.
    pub row: JobRow,
    /// What the handler needs to know, opened.
    pub arguments: Option<Secret<Vec<u8>>>,
    /// How the job ended whose continuation this one is.
    pub before: Option<Ended>,
    lease: LeaseId,
    report: Report,
    is_alone: bool,
}

impl Task {
    /// Whether no other process runs jobs of this store.
    pub(crate) const fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// Where its handler tells how far it is.
    pub(crate) const fn report(&self) -> &Report {
        &self.report
    }

    /// The command that ends it: part of the unit that does what it was for.
    pub fn ending(&self, end: JobEnd) -> Command {
        Command::EndJob { id: self.row.order.id, lease: self.lease, end }
    }
}

/// What a handler comes to.
pub enum Outcome {
    /// It has committed [`Task::ending`] itself.
    Committed(JobEnd),
    /// These commands and this end are still to be committed, as one unit.
    End(Vec<Command>, JobEnd),
}

/// Does the jobs of one kind.
#[async_trait]
pub trait Handler: Send + Sync {
    /// Which.
    fn kind(&self) -> JobKind;

    /// Whether a job is given up that was begun [`MAX_ATTEMPTS`] times in vain. Where money has moved
    /// and somebody is yet to be told, none is: it is begun again until it is done.
    fn gives_up(&self) -> bool {
        true
    }

    /// Does one. An error is a failure of ours: the job is tried again later.
    async fn handle(&self, engine: &Engine, task: &Task) -> Result<Outcome, EngineError>;
}

/// What a worker works with.
pub struct WorkerParts {
    /// The use cases, and through them the store.
    pub engine: Engine,
    /// Who does what; the engine's own handlers are there already.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// How long leases last.
    pub monotonic: Arc<dyn Monotonic>,
    /// Whether no other process runs jobs of this store: true for who holds the lock of its folder.
    pub alone: bool,
    /// Jobs that run at once, at most.
    pub at_once: usize,
    /// Jobs that run at once in all processes together.
    pub limits: Limits,
}

/// Runs jobs. One per process.
pub struct Worker {
    shared: Arc<Shared>,
    at_once: usize,
}

struct Shared {
    engine: Engine,
    handlers: HashMap<JobKind, Arc<dyn Handler>>,
    claimer: Claimer,
    alone: bool,
}

impl Worker {
    /// A worker that has not begun.
    pub fn new(parts: WorkerParts) -> Self {
        let WorkerParts { engine, handlers, monotonic, alone, at_once, limits } = parts;
        let inner = &engine.inner;
        let claimer = Claimer::new(ClaimerParts {
            store: inner.store.clone(),
            clock: inner.clock.clone(),
            monotonic,
            minter: Arc::new(IdMinter::new(inner.clock.clone(), engine.vault().randomness())),
            queue: Queue::Work,
            term: TERM,
            limits,
            alone,
        });
        let own: [Arc<dyn Handler>; 2] =
            [Arc::new(crate::readings::ReadLink), Arc::new(crate::readings::ReadHeard)];
        let handlers = handlers.into_iter().chain(own).chain(crate::payments::handlers());
        let handlers = handlers.chain(crate::checkouts::handlers());
        let handlers = handlers.chain(crate::authorizations::handlers());
        let handlers = handlers.chain(crate::instructions::handlers());
        let handlers = handlers.map(|handler| (handler.kind(), handler)).collect();
        Self { shared: Arc::new(Shared { engine, handlers, claimer, alone }), at_once }
    }

    /// Runs jobs until `stop` is ready. Those under way are left where they are then: whoever runs
    /// next takes them up again.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        let _noting = self.noting();
        drop(self.run_until(stop).await);
    }

    /// The same where others run jobs too, who would take up what is left only once its leases are
    /// over: those under way are let end, for as long at most as `stop` comes to.
    pub async fn run_and_end(&self, stop: impl Future<Output = Duration> + Send) {
        let _noting = self.noting();
        let mut limit = Duration::ZERO;
        let mut running = self.run_until(async { limit = stop.await }).await;
        let ended = async { while running.join_next().await.is_some() {} };
        if timeout(limit, ended).await.is_err() {
            tracing::warn!(count = running.len(), "engine.jobs.left");
        }
    }

    /// Writes down how far jobs are, in a task of its own, until that is dropped: a write under way
    /// must not wait for whoever waits for its connection.
    fn noting(&self) -> JoinSet<Infallible> {
        let (mut noting, shared) = (JoinSet::new(), Arc::clone(&self.shared));
        noting.spawn(async move { shared.note_progress().await });
        noting
    }

    /// Runs jobs until `stop` is ready, and gives those under way.
    #[allow(clippy::disallowed_methods, reason = "how long a process lives is monotonic time")]
    async fn run_until(&self, stop: impl Future<Output = ()> + Send) -> JoinSet<()> {
        tokio::pin!(stop);
        let began = Instant::now();
        let mut running = JoinSet::new();
        let mut arrivals = self.shared.engine.inner.store.arrivals();
        loop {
            let places = self.at_once.min(proven(began.elapsed()));
            if !self.fill(&mut running, places).await {
                tokio::select! {
                    () = &mut stop => return running,
                    () = sleep(OTHERS_FIRST) => continue,
                }
            }
            // Where there is a place, an end matters to those who wait for its lane or link alone, and
            // is heard as an arrival.
            let is_full = running.len() >= places;
            tokio::select! {
                () = &mut stop => return running,
                Some(_) = running.join_next(), if is_full => {}
                _ = arrivals.next(LOOK_AGAIN) => {}
            }
            while running.try_join_next().is_some() {}
        }
    }

    /// Runs what is due now and what follows from it, and gives the number of jobs.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        loop {
            let claimed = self.shared.claimer.claim(self.at_once).await?;
            if claimed.is_empty() {
                return Ok(count);
            }
            count += claimed.len();
            let mut running = JoinSet::new();
            self.start(&mut running, claimed);
            tokio::select! {
                () = async { while running.join_next().await.is_some() {} } => {}
                never = self.shared.note_progress() => match never {},
            }
        }
    }

    /// Takes as many jobs as there are places; whether the store answered.
    async fn fill(&self, running: &mut JoinSet<()>, places: usize) -> bool {
        loop {
            let asked = places.saturating_sub(running.len()).min(TAKEN_AT_ONCE);
            if asked == 0 {
                return true;
            }
            match self.shared.claimer.claim(asked).await {
                Ok(claimed) => {
                    let taken = claimed.len();
                    self.start(running, claimed);
                    if taken < asked {
                        return true;
                    }
                }
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::warn!(error, "engine.job.not_claimed");
                    return false;
                }
            }
        }
    }

    fn start(&self, running: &mut JoinSet<()>, claimed: Vec<ClaimedJob>) {
        for job in claimed {
            running.spawn(run::run(Arc::clone(&self.shared), job));
        }
    }
}

impl Shared {
    /// Writes down how far jobs are, now and then. What fails is written with the next change.
    async fn note_progress(&self) -> Infallible {
        let mut ticks = interval(NOTE_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let notes = self.engine.inner.live.unnoted();
            if notes.is_empty() {
                continue;
            }
            if let Err(error) = self.engine.store().note_progress(notes).await {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "engine.progress.not_noted");
            }
        }
    }
}

/// Jobs that may run at once in a process that has lived for so long.
fn proven(lived: Duration) -> usize {
    let doublings = lived.as_secs() / TWICE_AFTER.as_secs();
    let factor = u32::try_from(doublings).ok().and_then(|times| 1_usize.checked_shl(times));
    FIRST_RUNNING.saturating_mul(factor.unwrap_or(usize::MAX))
}

/// How a job ended, if it has.
pub(crate) fn ended(row: &JobRow) -> Option<Ended> {
    match row.state {
        JobState::Queued | JobState::Running(_) => None,
        JobState::Done { .. } => Some(Ok(())),
        JobState::Dead { .. } | JobState::Cancelled { .. } => {
            Some(Err(row.last_failure.unwrap_or(Failure::Internal)))
        }
    }
}

impl Engine {
    /// Commits a unit that may cancel jobs, and lets go at once of those that run here.
    pub(crate) async fn commit_cancelling(&self, work: UnitOfWork) -> Result<(), EngineError> {
        let is_cancelling = |command: &&Command| {
            matches!(command, Command::CancelJob { .. } | Command::CancelJobsUnder { .. })
        };
        let cancelling: Vec<Command> =
            work.commands.iter().filter(is_cancelling).cloned().collect();
        self.store().commit(work).await?;
        self.inner.live.tell(&cancelling);
        Ok(())
    }

    /// How a job ended, if it has.
    pub async fn job_ended(
        &self,
        tenant: TenantId,
        id: JobId,
    ) -> Result<Option<Ended>, EngineError> {
        Ok(self.store().job(tenant, id).await?.as_ref().and_then(ended))
    }
}
