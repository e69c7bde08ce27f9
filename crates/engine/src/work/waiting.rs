//! Waiting for a job that somebody else runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::id::{ID_BYTES, JobId, TenantId, TypedId};
use cartola_store::Arrivals;
use cartola_store::jobs::LOOK_AGAIN;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};

use crate::{Engine, EngineError};

/// How long whoever waits lets pass before looking because the queue has moved; twice as long each
/// time. The jobs of everybody move it: of many who wait, each looks a few times.
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// The same where this process tells whoever waits, and only what another one does is looked for.
const FIRST_PAUSE_OF_TOLD: Duration = Duration::from_millis(100);

/// The longest pause of whoever looks at what one case has come to.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// How a job ended: done, or given up and why.
pub type Ended = Result<(), Failure>;

/// The bytes of a case's id.
type CaseKey = [u8; ID_BYTES];

/// Who waits in this process for which case to move.
#[derive(Default)]
pub(crate) struct Moves(Mutex<HashMap<CaseKey, watch::Sender<()>>>);

impl Moves {
    /// Tells whoever waits for the case of that id.
    pub fn tell<I: TypedId>(&self, id: I) {
        if let Some(sender) = self.lock().get(id.as_bytes()) {
            sender.send_replace(());
        }
    }

    fn follow<I: TypedId>(self: &Arc<Self>, id: I) -> Follower {
        let case = *id.as_bytes();
        let receiver = self.lock().entry(case).or_default().subscribe();
        Follower { case, receiver: Some(receiver), moves: Arc::clone(self) }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CaseKey, watch::Sender<()>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Somebody who is told when a case moves.
struct Follower {
    case: CaseKey,
    /// Absent only while being dropped.
    receiver: Option<watch::Receiver<()>>,
    moves: Arc<Moves>,
}

impl Follower {
    /// Waits until it moves; for ever where nobody can tell.
    async fn moved(&mut self) {
        let told = match &mut self.receiver {
            Some(receiver) => receiver.changed().await.is_ok(),
            None => false,
        };
        if !told {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut all = self.moves.lock();
        self.receiver = None;
        if all.get(&self.case).is_some_and(|sender| sender.receiver_count() == 0) {
            all.remove(&self.case);
        }
    }
}

/// Who waits for which job in this process.
#[derive(Default)]
pub(crate) struct Waiters {
    by_job: Mutex<HashMap<JobId, watch::Sender<Option<Ended>>>>,
}

impl Waiters {
    /// To be called before the job is queued: it may have ended a moment later.
    pub fn wait(self: &Arc<Self>, tenant: TenantId, job: JobId) -> Pending {
        let (sender, receiver) = watch::channel(None);
        self.lock().insert(job, sender);
        Pending { tenant, job, receiver, waiters: Arc::clone(self) }
    }

    /// Tells whoever waits.
    pub fn tell(&self, job: JobId, ended: Ended) {
        if let Some(sender) = self.lock().remove(&job) {
            sender.send_replace(Some(ended));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, watch::Sender<Option<Ended>>>> {
        self.by_job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that was queued, and whose end can be waited for.
pub struct Pending {
    tenant: TenantId,
    job: JobId,
    receiver: watch::Receiver<Option<Ended>>,
    waiters: Arc<Waiters>,
}

impl Pending {
    /// The job.
    pub const fn job(&self) -> JobId {
        self.job
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.waiters.lock().remove(&self.job);
    }
}

/// The looks of somebody who waits until something is as he wants it, for so long at most.
pub(crate) struct Looks {
    deadline: Instant,
    arrivals: Arrivals,
    told: Option<Follower>,
    pause: Duration,
}

#[allow(clippy::disallowed_methods, reason = "whoever waits does so in monotonic time")]
impl Looks {
    /// To be called before the first look: what he waits for may come a moment later.
    pub fn new(engine: &Engine, longest: Duration) -> Self {
        let deadline = Instant::now() + longest;
        let arrivals = engine.store().arrivals();
        Self { deadline, arrivals, told: None, pause: FIRST_PAUSE }
    }

    /// The same at a case whose moves are told in this process.
    pub fn at<I: TypedId>(engine: &Engine, id: I, longest: Duration) -> Self {
        let told = Some(engine.inner.moves.follow(id));
        Self { told, pause: FIRST_PAUSE_OF_TOLD, ..Self::new(engine, longest) }
    }

    /// Waits until another look is worth it; false when there is no more time for one.
    pub async fn again(&mut self) -> bool {
        let left = self.deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        let Self { arrivals, told, pause, .. } = self;
        let moved = async {
            sleep((*pause).min(left)).await;
            arrivals.next(LOOK_AGAIN.min(left)).await;
        };
        let told = async {
            match told {
                Some(told) => told.moved().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = told => {}
            () = moved => {}
        }
        *pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
        true
    }
}

/// Waits until the queue has moved, in this process or another one that shares its store, and for
/// some time at least.
async fn moved(arrivals: &mut Arrivals, pause: Duration) {
    sleep(pause).await;
    while !arrivals.next(LOOK_AGAIN).await {}
}

impl Engine {
    /// Waits for a job to end, for so long at most; nothing when it has not by then. It goes on all
    /// the same.
    #[allow(clippy::disallowed_methods, reason = "whoever waits does so in monotonic time")]
    pub async fn wait_for(
        &self,
        pending: &mut Pending,
        longest: Duration,
    ) -> Result<Option<Ended>, EngineError> {
        let deadline = Instant::now() + longest;
        let mut arrivals = self.store().arrivals();
        let mut pause = FIRST_PAUSE_OF_TOLD;
        loop {
            let look = deadline.min(Instant::now() + LOOK_AGAIN);
            // What is awaited below must not wait with the channel's lock in its hand.
            let told = tokio::select! {
                biased;
                told = timeout_at(look, pending.receiver.wait_for(Option::is_some)) => match told {
                    Ok(Ok(ended)) => *ended,
                    Ok(Err(_)) | Err(_) => None,
                },
                () = moved(&mut arrivals, pause) => None,
            };
            pause = LOOK_AGAIN.min(pause * 2);
            if told.is_some() {
                return Ok(told);
            }
            if let Some(ended) = self.job_ended(pending.tenant, pending.job).await? {
                return Ok(Some(ended));
            }
            if Instant::now() >= deadline {
                return Ok(None);
            }
        }
    }
}
