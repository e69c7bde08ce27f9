//! Waiting for a job that somebody else runs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::id::{JobId, TenantId, TypedId};
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

/// Places in which those wait whom this process tells that their case has moved.
const PLACES: usize = 256;

/// Who waits for a case to move in this process. Cases share places: whoever is told of another's looks
/// once in vain.
pub(crate) struct Moves([watch::Sender<()>; PLACES]);

impl Default for Moves {
    fn default() -> Self {
        Self(std::array::from_fn(|_| watch::Sender::default()))
    }
}

impl Moves {
    /// Tells whoever waits for the case of that id.
    pub fn tell<I: TypedId>(&self, id: I) {
        self.place(id).send_replace(());
    }

    /// An id ends in random bytes.
    fn place<I: TypedId>(&self, id: I) -> &watch::Sender<()> {
        let [.., last] = id.as_bytes();
        &self.0[usize::from(*last)]
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

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, watch::Sender<Option<Ended>>>> {
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
    told: Option<watch::Receiver<()>>,
    pause: Duration,
}

#[allow(clippy::disallowed_methods, reason = "whoever waits does so in monotonic time")]
impl Looks {
    /// To be called before the first look: what he waits for may come a moment later.
    pub fn new(engine: &Engine, longest: Duration) -> Self {
        let deadline = Instant::now() + longest;
        Self { deadline, arrivals: engine.store().arrivals(), told: None, pause: FIRST_PAUSE }
    }

    /// The same at a case whose moves are told in this process.
    pub fn at<I: TypedId>(engine: &Engine, id: I, longest: Duration) -> Self {
        let told = Some(engine.inner.moves.place(id).subscribe());
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
            let is_told = match told {
                Some(told) => told.changed().await.is_ok(),
                None => false,
            };
            if !is_told {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            () = told => {}
            () = moved => {}
        }
        self.pause = self.pause.saturating_mul(2).min(LONGEST_PAUSE);
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
