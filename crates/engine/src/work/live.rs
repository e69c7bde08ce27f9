//! The jobs that run in this process, for those who want something of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cartola_primitives::id::{ConsentId, JobId};
use cartola_store::Command;
use cartola_store::jobs::{ClaimedJob, Standing};
use tokio::sync::Notify;

/// What runs here.
#[derive(Default)]
pub(crate) struct Live {
    by_job: Mutex<HashMap<JobId, Entry>>,
}

struct Entry {
    mandate: Option<ConsentId>,
    cancelled: Arc<Notify>,
}

impl Live {
    /// A job begins.
    pub fn begin(self: &Arc<Self>, job: &ClaimedJob) -> Run {
        let (id, mandate) = (job.row.order.id, job.row.order.mandate);
        let cancelled = Arc::new(Notify::new());
        let entry = Entry { mandate, cancelled: Arc::clone(&cancelled) };
        self.lock().insert(id, entry);
        Run { live: Arc::clone(self), id, cancelled }
    }

    /// Tells what runs here and what these commands cancel: it need not wait for a heartbeat.
    pub fn tell(&self, commands: &[Command]) {
        for command in commands {
            match *command {
                Command::CancelJob { id, expected: Standing::Running, .. } => {
                    self.cancel(|job, _| *job == id);
                }
                Command::CancelJobsUnder { mandate, .. } => {
                    self.cancel(|_, entry| entry.mandate == Some(mandate));
                }
                _ => {}
            }
        }
    }

    fn cancel(&self, is_meant: impl Fn(&JobId, &Entry) -> bool) {
        let jobs = self.lock();
        let meant = jobs.iter().filter(|(job, entry)| is_meant(job, entry));
        meant.for_each(|(_, entry)| entry.cancelled.notify_one());
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<JobId, Entry>> {
        // Entries are whole at every moment, so a panic elsewhere cannot have broken any.
        self.by_job.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job that runs here, until this is dropped.
pub(crate) struct Run {
    live: Arc<Live>,
    id: JobId,
    cancelled: Arc<Notify>,
}

impl Run {
    /// Waits until somebody in this process cancels it.
    pub async fn cancelled(&self) {
        self.cancelled.notified().await;
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let mut jobs = self.live.lock();
        // Where its lease was lost, it may have begun here anew.
        if jobs.get(&self.id).is_some_and(|entry| Arc::ptr_eq(&entry.cancelled, &self.cancelled)) {
            jobs.remove(&self.id);
        }
    }
}
