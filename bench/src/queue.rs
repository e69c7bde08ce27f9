//! How many jobs a second are taken and ended on PostgreSQL, against as many committed updates.

use std::sync::Arc;

use anyhow::{Context, ensure};
use cartola_primitives::clock::SystemClock;
use cartola_primitives::id::{IdMinter, TenantId};
use cartola_primitives::monotonic::SystemMonotonic;
use cartola_primitives::randomness::OsRandomness;
use cartola_primitives::{Clock, Timestamp};
use cartola_store::jobs::{Claimer, ClaimerParts, JobEnd, JobKind, JobOrder, Priority, Queue};
use cartola_store::{Command, Store, UnitOfWork};
use futures::{StreamExt, TryStreamExt, stream};
use tokio_postgres::Client;

use crate::copy::connect;
use crate::installation::Installation;
use crate::lab::{self, Lab, say};
use crate::report::{Figure, Report, of_rounds};
use crate::site::{Kind, Site};
use crate::watch::{self, Readings, rate};

/// Jobs of one round, and updates of one.
const JOBS: usize = 5_000;

/// Jobs that are queued by one unit of work, which is not measured.
const OF_UNIT: usize = 500;

/// Workers, as processes have one each.
const WORKERS: usize = 4;

/// Jobs that a worker has room for.
const ROOM: usize = 64;

/// Connections of the updates, and of the store.
const AT_ONCE: usize = 16;

/// Rounds of both, in turn.
const ROUNDS: usize = 5;

/// Measures and reports.
pub async fn measure(lab: &Lab, report: &mut Report) -> anyhow::Result<()> {
    let site = Site::new(lab, "queue", Kind::Postgres).await?;
    let bench = Bench::new(&site).await?;
    let (mut ours, mut bare) = (Vec::new(), Vec::new());
    for number in 0..=ROUNDS {
        let queue = bench.take_and_finish().await?;
        let updates = bench.update().await?;
        // The first warms up.
        if number > 0 {
            say(format_args!("queue, round {number}: {queue:.0} jobs/s, {updates:.0} updates/s"));
            ours.push(queue);
            bare.push(updates);
        }
    }
    drop(bench);
    report.add(Figure {
        what: "queue on PostgreSQL: a job taken and ended".to_owned(),
        measured: of_rounds(&Readings::of(ours.iter().copied()), "jobs/s"),
        against: format!(
            "bare committed updates: {}",
            of_rounds(&Readings::of(bare.iter().copied()), "updates/s")
        ),
        ratio: Some(Readings::of(ours.iter().zip(&bare).map(|(ours, bare)| ours / bare))),
        aim: "≥ 0.5",
    });
    lab::clear(&site.folder)
}

struct Bench {
    store: Arc<dyn Store>,
    tenant: TenantId,
    minter: Arc<IdMinter>,
    claimer: Claimer,
    clients: Vec<Client>,
}

impl Bench {
    async fn new(site: &Site) -> anyhow::Result<Self> {
        let installation = Installation::make(site).await?;
        let (store, tenant) = (installation.store.clone(), installation.tenant.id);
        let minter = Arc::new(IdMinter::new(Arc::new(SystemClock), Arc::new(OsRandomness)));
        let claimer = Claimer::new(ClaimerParts {
            store: store.clone(),
            clock: Arc::new(SystemClock),
            monotonic: Arc::new(SystemMonotonic::start(minter.mint())),
            minter: minter.clone(),
            queue: Queue::Work,
            term: cartola_engine::work::TERM,
            alone: false,
            limits: cartola_engine::work::usual_limits(1_000),
        });
        let mut clients = Vec::with_capacity(AT_ONCE);
        for _ in 0..AT_ONCE {
            clients.push(connect(site.database()?).await?);
        }
        let first = clients.first().context("there are connections")?;
        let rows = format!(
            "CREATE TABLE bare AS SELECT number AS id, 0 AS state, repeat('x', 400) AS rest \
             FROM generate_series(1, {JOBS}) AS number; ALTER TABLE bare ADD PRIMARY KEY (id)"
        );
        first.batch_execute(&rows).await?;
        Ok(Self { store, tenant, minter, claimer, clients })
    }

    /// Jobs a second, from the first claim until the last has ended.
    async fn take_and_finish(&self) -> anyhow::Result<f64> {
        for _ in 0..JOBS / OF_UNIT {
            self.enqueue().await?;
        }
        let begun = watch::start();
        let ended = stream::iter(0..WORKERS).map(|_| self.work()).buffer_unordered(WORKERS);
        let ended: Vec<usize> = ended.try_collect().await?;
        let time = begun.elapsed();
        ensure!(ended.iter().sum::<usize>() == JOBS, "{ended:?} jobs were ended");
        Ok(rate(JOBS as u64, time))
    }

    async fn enqueue(&self) -> anyhow::Result<()> {
        let now = SystemClock.now();
        let mut unit = UnitOfWork::new(self.tenant, now);
        unit.commands = (0..OF_UNIT)
            .map(|_| Ok(Command::EnqueueJob(order(&self.minter, now)?)))
            .collect::<anyhow::Result<_>>()?;
        self.store.commit(unit).await?;
        Ok(())
    }

    /// One worker, that takes what it has room for until there is nothing left.
    async fn work(&self) -> anyhow::Result<usize> {
        let mut ended = 0;
        loop {
            let claimed = self.claimer.claim(ROOM).await?;
            if claimed.is_empty() {
                return Ok(ended);
            }
            ended += claimed.len();
            let ends = claimed.into_iter().map(|job| {
                let (id, lease) = (job.row.order.id, job.lease);
                let end = Command::EndJob { id, lease, end: JobEnd::Done };
                self.store.commit(UnitOfWork::new(job.tenant, SystemClock.now()).with(end))
            });
            let mut ends = stream::iter(ends).buffer_unordered(AT_ONCE);
            while let Some(end) = ends.next().await {
                end?;
            }
        }
    }

    /// Updates a second, each committed by itself.
    async fn update(&self) -> anyhow::Result<f64> {
        let begun = watch::start();
        let each = self.clients.iter().enumerate().map(async |(first, client)| {
            let update = client.prepare("UPDATE bare SET state = state + 1 WHERE id = $1").await?;
            for id in (first..JOBS).step_by(AT_ONCE) {
                let id = i32::try_from(id + 1)?;
                ensure!(client.execute(&update, &[&id]).await? == 1, "row {id} is there");
            }
            anyhow::Ok(())
        });
        futures::future::try_join_all(each).await?;
        Ok(rate(JOBS as u64, begun.elapsed()))
    }
}

/// A job that does nothing, to be done from then on.
pub fn order(minter: &IdMinter, not_before: Timestamp) -> anyhow::Result<JobOrder> {
    Ok(JobOrder {
        id: minter.mint(),
        queue: Queue::Work,
        kind: JobKind::parse("bench.job")?,
        link: None,
        lane: None,
        mandate: None,
        arguments: None,
        not_before,
        priority: Priority::Normal,
        continuation: None,
    })
}
