//! How far a reading is, for those who wait for it.
//!
//! Its handler tells each step and page to whoever waits in the same process. Once a second, the
//! process writes down what has changed, for all its jobs in one write; who waits in another process
//! looks there.

use std::time::Duration;

use async_trait::async_trait;
use cartola_connector::session::Meter;
use cartola_model::{Failure, Principal};
use cartola_primitives::id::JobId;
use cartola_store::jobs::{JobRow, JobState, LOOK_AGAIN, Progress, Queue, Step};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::room::Place;
use super::run;
use crate::work::Report;
use crate::{Engine, EngineError};

/// A reading as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadingProgress {
    /// Where it stands.
    pub state: ReadingState,
    /// How far it is; of one that has ended, how far it was when that was last written down. Absent
    /// before it has begun, and where nobody has written it down.
    pub progress: Option<Progress>,
}

/// Where a reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadingState {
    /// It waits for its turn.
    Waiting,
    /// It is under way.
    Running,
    /// It is done; [`Engine::last_reading`] says what it came to.
    Done,
    /// It came to nothing.
    Failed(Failure),
    /// It was cancelled; whoever waited was told this failure.
    Cancelled(Failure),
}

impl ReadingState {
    /// Whether nothing changes any more.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed(_) | Self::Cancelled(_))
    }

    fn of(row: &JobRow) -> Self {
        let failure = row.last_failure.unwrap_or(Failure::Internal);
        match row.state {
            JobState::Queued => Self::Waiting,
            JobState::Running(_) => Self::Running,
            JobState::Done { .. } => Self::Done,
            JobState::Dead { .. } => Self::Failed(failure),
            JobState::Cancelled { .. } => Self::Cancelled(failure),
        }
    }
}

impl Engine {
    /// How far a reading of the tenant is; nothing where there is none of that id. It tells nothing of
    /// a person, and is not in the audit trail.
    pub async fn reading_progress(
        &self,
        who: &Principal,
        job: JobId,
    ) -> Result<Option<ReadingProgress>, EngineError> {
        let row = self.reading_row(who, job).await?;
        Ok(row.map(|row| self.progress_of(who, &row)))
    }

    /// The job of a reading.
    pub(super) async fn reading_row(
        &self,
        who: &Principal,
        job: JobId,
    ) -> Result<Option<JobRow>, EngineError> {
        let row = self.store().job(who.tenant, job).await?;
        let is_reading =
            |row: &JobRow| row.order.queue == Queue::Work && row.order.kind == run::kind();
        Ok(row.filter(is_reading))
    }

    pub(super) fn progress_of(&self, who: &Principal, row: &JobRow) -> ReadingProgress {
        let state = ReadingState::of(row);
        let here = self.inner.live.watch(who.tenant, row.order.id);
        let progress = match state {
            ReadingState::Waiting => None,
            ReadingState::Running => here.and_then(|here| *here.borrow()).or(row.progress),
            _ => row.progress,
        };
        ReadingProgress { state, progress }
    }

    /// The same, once it is another than `seen`, or has ended, or so much time has passed. What moves
    /// in this process is told at once, and what moves in another one within a second or two.
    #[allow(clippy::disallowed_methods, reason = "whoever waits does so in monotonic time")]
    pub async fn next_progress(
        &self,
        who: &Principal,
        job: JobId,
        seen: Option<&ReadingProgress>,
        longest: Duration,
    ) -> Result<Option<ReadingProgress>, EngineError> {
        let deadline = Instant::now() + longest;
        loop {
            let here = self.inner.live.watch(who.tenant, job);
            let now = self.reading_progress(who, job).await?;
            let is_news = now.as_ref().is_none_or(|now| Some(now) != seen || now.state.has_ended());
            if is_news || Instant::now() >= deadline {
                return Ok(now);
            }
            let look = deadline.min(Instant::now() + LOOK_AGAIN);
            let Some(mut here) = here else {
                sleep_until(look).await;
                continue;
            };
            // What changed since the watch began, whatever the store says of it: an attempt that has
            // not begun, or is just ending, is further than its row or behind it.
            if timeout_at(look, here.changed()).await.is_ok_and(|it| it.is_err()) {
                // Ended here, it stands in the store.
                sleep_until(look.min(Instant::now() + PAUSE)).await;
            }
        }
    }
}

/// How long whoever waits gives the store to say how a job ended that was just let go of here.
const PAUSE: Duration = Duration::from_millis(10);

/// Begins to tell of an attempt.
pub(super) fn begin(report: &Report) {
    report.send_replace(Some(Progress::BEGUN));
}

/// Tells that the next step begins.
pub(super) fn step(report: &Report, step: Step) {
    change(report, |progress| progress.step = step);
}

/// Tells how many accounts there are.
pub(super) fn listed(report: &Report, accounts: usize) {
    change(report, |progress| {
        progress.step = Step::Movements;
        progress.accounts = u32::try_from(accounts).unwrap_or(u32::MAX);
    });
}

/// Tells that an account is done.
pub(super) fn account_done(report: &Report) {
    change(report, |progress| progress.accounts_done += 1);
}

fn change(report: &Report, change: impl FnOnce(&mut Progress)) {
    report.send_if_modified(|progress| {
        let before = *progress;
        change(progress.get_or_insert(Progress::BEGUN));
        *progress != before
    });
}

/// The room that a reading takes, and whoever is told how far it is.
pub(super) struct Metered<'a> {
    pub place: &'a Place,
    pub report: &'a Report,
}

#[async_trait]
impl Meter for Metered<'_> {
    async fn held(&self, bytes: usize) {
        self.place.held(bytes).await;
    }

    fn told(&self, movements: usize) {
        change(self.report, |progress| progress.movements += movements as u64);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::pin;
    use std::sync::Arc;

    use cartola_connector::Registry;
    use cartola_crypto::jws::Algorithm;
    use cartola_crypto::{KeyRing, MasterKey};
    use cartola_primitives::clock::ManualClock;
    use cartola_primitives::randomness::SeededRandomness;
    use cartola_store::contract::fixtures::{Fixtures, NOW};
    use cartola_store::jobs::{ClaimedJob, JobOrder};
    use cartola_store::memory::MemoryStore;
    use cartola_store::{Command, Committer, Jobs, UnitOfWork};

    use super::*;
    use crate::Parts;

    /// Polls that waiting for so long needs at most: some for each look at the store.
    const FEW: usize = 50;

    async fn engine(store: &Arc<MemoryStore>) -> Engine {
        let randomness = Arc::new(SeededRandomness::new(1));
        let parts = Parts {
            store: store.clone(),
            archive: store.clone(),
            keys: KeyRing::new(MasterKey::generate(randomness.as_ref()), Vec::new()),
            key_source: None,
            connectors: Registry::default(),
            clock: Arc::new(ManualClock::new(NOW)),
            randomness,
            token_algorithm: Algorithm::default(),
            merchant: None,
            authorizations: crate::authorizations::Rules::default(),
        };
        Engine::open(parts).await.expect("an empty store")
    }

    /// As where another process has taken a reading over and queued it again, while this one still
    /// believes that it runs it.
    #[tokio::test(start_paused = true)]
    async fn who_waits_for_what_only_this_process_runs_does_not_spin() {
        let (store, make) = (Arc::new(MemoryStore::new()), Fixtures::new(1));
        let engine = engine(&store).await;
        let order = JobOrder { kind: run::kind(), ..make.job() };
        let (tenant, id) = (make.tenant, order.id);
        let queued = UnitOfWork::new(tenant, NOW)
            .with(Command::AddTenant(make.tenant("Empresa")))
            .with(Command::EnqueueJob(order));
        store.commit(queued).await.expect("a commit");
        let row = store.job(tenant, id).await.expect("a read").expect("it is queued");
        let here = engine.inner.live.begin(&ClaimedJob { tenant, lease: make.id(), row });
        begin(&here.report());
        let who = Principal::operator(tenant);
        let seen = engine.reading_progress(&who, id).await.expect("a read");
        let mut next =
            pin!(engine.next_progress(&who, id, seen.as_ref(), LOOK_AGAIN.saturating_mul(3)));
        let mut polls = 0;
        let told = poll_fn(|context| {
            polls += 1;
            assert!(polls < FEW, "it looks again and again");
            next.as_mut().poll(context)
        });
        assert_eq!(told.await.expect("a read"), seen);
    }
}
