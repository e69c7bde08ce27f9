//! A worker of the queue, with a monotonic clock of its own.

use std::sync::Arc;
use std::time::Duration;

use cartola_model::Failure;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{JobId, LeaseId, TenantId};
use cartola_primitives::monotonic::{ManualMonotonic, Monotonic};

use super::fixtures::{Fixtures, NOW};
use super::scene::Scene;
use crate::jobs::{Claim, ClaimedJob, JobEnd, JobOrder, JobRow, Limits, Others, Queue};
use crate::{Command, Store, StoreError, UnitOfWork};

/// How long leases last here.
pub const TERM: Duration = Duration::from_secs(30);

/// A process that runs jobs.
pub struct Worker {
    store: Arc<dyn Store>,
    /// Makes lease ids.
    make: Fixtures,
    /// Its monotonic time.
    pub time: ManualMonotonic,
}

impl Worker {
    /// Two workers with different seeds are two processes.
    pub fn new(store: &Arc<dyn Store>, seed: u64) -> Self {
        let make = Fixtures::new(1_000 + seed);
        let time = ManualMonotonic::new(make.id());
        Self { store: Arc::clone(store), make, time }
    }

    /// A claim of so many places.
    pub fn claim(&self, queue: Queue, places: usize, now: Timestamp) -> Claim {
        Claim {
            queue,
            now,
            moment: self.time.moment(),
            term: TERM,
            leases: (0..places).map(|_| self.make.id()).collect(),
            limits: Limits::NONE,
            frees: true,
            others: Others::Watched(Vec::new()),
        }
    }

    /// Takes up to so many jobs.
    pub async fn take(&self, places: usize) -> Vec<ClaimedJob> {
        self.take_at(places, NOW).await
    }

    /// Takes up to so many jobs that are due then.
    pub async fn take_at(&self, places: usize, now: Timestamp) -> Vec<ClaimedJob> {
        self.take_by(self.claim(Queue::Work, places, now)).await
    }

    /// Takes what a claim asks for.
    pub async fn take_by(&self, claim: Claim) -> Vec<ClaimedJob> {
        self.store.claim(claim).await.expect("jobs can be claimed")
    }

    /// Takes the one job that there is.
    pub async fn take_one(&self) -> ClaimedJob {
        let mut taken = self.take(2).await;
        assert_eq!(taken.len(), 1, "one job is due");
        taken.remove(0)
    }

    /// A heartbeat.
    pub async fn prolong(&self, job: &ClaimedJob) -> Result<Option<Failure>, StoreError> {
        let (id, moment) = (job.row.order.id, self.time.moment());
        self.store.prolong(job.tenant, id, job.lease, moment).await
    }
}

/// The command that ends a claimed job.
pub fn ending(job: &ClaimedJob, end: JobEnd) -> Command {
    Command::EndJob { id: job.row.order.id, lease: job.lease, end }
}

/// An end that another worker may make good.
pub fn retry(not_before: Timestamp) -> JobEnd {
    JobEnd::Retry { not_before, failure: Failure::InstitutionDown }
}

/// The jobs' ids, in the order in which they were taken.
pub fn ids(taken: &[ClaimedJob]) -> Vec<JobId> {
    taken.iter().map(|job| job.row.order.id).collect()
}

/// A lease that nothing has.
pub fn no_lease(scene: &Scene) -> LeaseId {
    scene.make.id()
}

impl Scene {
    /// Queues jobs, in one unit.
    pub async fn enqueue(&self, orders: &[JobOrder]) {
        let commands = orders.iter().cloned().map(Command::EnqueueJob);
        self.commit(commands.fold(self.unit(), UnitOfWork::with)).await;
    }

    /// So many new jobs without a link, queued.
    pub async fn enqueue_new(&self, count: usize) -> Vec<JobId> {
        let orders: Vec<JobOrder> = (0..count).map(|_| self.make.job()).collect();
        self.enqueue(&orders).await;
        orders.iter().map(|order| order.id).collect()
    }

    /// A job as it stands.
    pub async fn job(&self, id: JobId) -> Option<JobRow> {
        self.job_of(self.make.tenant, id).await
    }

    /// A tenant's job as it stands.
    pub async fn job_of(&self, tenant: TenantId, id: JobId) -> Option<JobRow> {
        self.store.job(tenant, id).await.expect("a read")
    }
}
