//! The jobs that run in this process, for those who want something of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cartola_primitives::id::{ConsentId, JobId, LeaseId, TenantId};
use cartola_store::Command;
use cartola_store::jobs::{ClaimedJob, Progress, ProgressNote, Standing};
use tokio::sync::{Notify, watch};

/// What runs here.
#[derive(Default)]
pub(crate) struct Live {
    by_job: Mutex<HashMap<JobId, Entry>>,
}

struct Entry {
    tenant: TenantId,
    lease: LeaseId,
    mandate: Option<ConsentId>,
    cancelled: Arc<Notify>,
    progress: Report,
    /// What of it is in the store.
    noted: Option<Progress>,
}

/// How far a job is that runs here: changed by its handler, and watched by whoever waits for it.
pub(crate) type Report = Arc<watch::Sender<Option<Progress>>>;

impl Live {
    /// A job begins.
    pub fn begin(self: &Arc<Self>, job: &ClaimedJob) -> Run {
        let (id, mandate) = (job.row.order.id, job.row.order.mandate);
        let cancelled = Arc::new(Notify::new());
        let progress = Arc::new(watch::Sender::new(None));
        let entry = Entry {
            tenant: job.tenant,
            lease: job.lease,
            mandate,
            cancelled: Arc::clone(&cancelled),
            progress: Arc::clone(&progress),
            noted: None,
        };
        self.lock().insert(id, entry);
        Run { live: Arc::clone(self), id, cancelled, progress }
    }

    /// How far a tenant's job is, if it runs here.
    pub fn watch(&self, tenant: TenantId, job: JobId) -> Option<watch::Receiver<Option<Progress>>> {
        let jobs = self.lock();
        let entry = jobs.get(&job).filter(|entry| entry.tenant == tenant)?;
        Some(entry.progress.subscribe())
    }

    /// What has changed since the last call, to be noted in the store.
    pub fn unnoted(&self) -> Vec<ProgressNote> {
        let mut jobs = self.lock();
        let note = |(job, entry): (&JobId, &mut Entry)| {
            let progress = *entry.progress.borrow();
            let progress = progress.filter(|_| progress != entry.noted)?;
            entry.noted = Some(progress);
            let (tenant, lease) = (entry.tenant, entry.lease);
            Some(ProgressNote { tenant, job: *job, lease, progress })
        };
        jobs.iter_mut().filter_map(note).collect()
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
    progress: Report,
}

impl Run {
    /// Where its handler tells how far it is.
    pub fn report(&self) -> Report {
        Arc::clone(&self.progress)
    }

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

#[cfg(test)]
mod tests {
    use cartola_store::contract::fixtures::{Fixtures, NOW};
    use cartola_store::jobs::{JobRow, JobState, Step};

    use super::*;

    fn job(make: &Fixtures) -> ClaimedJob {
        let row = JobRow {
            order: make.job(),
            after: None,
            created_at: NOW,
            attempts: 1,
            last_failure: None,
            cancelled: None,
            progress: None,
            state: JobState::Queued,
        };
        ClaimedJob { tenant: make.tenant, lease: make.id(), row }
    }

    #[test]
    fn only_what_has_changed_is_noted_once() {
        let (live, make) = (Arc::new(Live::default()), Fixtures::new(1));
        let (job, silent) = (job(&make), job(&make));
        let (run, _silent) = (live.begin(&job), live.begin(&silent));
        assert_eq!(live.unnoted(), []);
        for progress in [Progress::BEGUN, Progress { step: Step::Keeping, ..Progress::BEGUN }] {
            run.report().send_replace(Some(Progress { movements: 7, ..progress }));
            run.report().send_replace(Some(progress));
            let (tenant, id, lease) = (job.tenant, job.row.order.id, job.lease);
            assert_eq!(live.unnoted(), [ProgressNote { tenant, job: id, lease, progress }]);
            assert_eq!(live.unnoted(), []);
        }
        drop(run);
        assert!(live.watch(job.tenant, job.row.order.id).is_none());
    }

    #[test]
    fn a_job_that_begins_anew_outlives_the_attempt_that_was_lost() {
        let (live, make) = (Arc::new(Live::default()), Fixtures::new(1));
        let lost = job(&make);
        let found = ClaimedJob { lease: make.id(), ..lost.clone() };
        let (first, second) = (live.begin(&lost), live.begin(&found));
        drop(first);
        assert!(live.watch(found.tenant, found.row.order.id).is_some());
        drop(second);
        assert!(live.watch(found.tenant, found.row.order.id).is_none());
    }
}
