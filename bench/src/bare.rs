//! A store on which nothing is done but to commit: what durable work is compared with.

use std::path::PathBuf;
use std::sync::Arc;

use cartola_primitives::Clock;
use cartola_primitives::clock::SystemClock;
use cartola_primitives::id::{IdMinter, TenantId};
use cartola_primitives::randomness::OsRandomness;
use cartola_store::{Command, Store, UnitOfWork};

use crate::installation::Installation;
use crate::queue;
use crate::site::Site;
use crate::watch::{self, rate};

/// Commits of one round, each begun when the one before is durable.
const COMMITS: usize = 3_000;

/// Such a store.
pub struct Bare {
    site: Site,
    store: Arc<dyn Store>,
    tenant: TenantId,
    minter: IdMinter,
}

impl Bare {
    /// In an empty place.
    pub async fn new(site: Site) -> anyhow::Result<Self> {
        let installation = Installation::make(&site).await?;
        let minter = IdMinter::new(Arc::new(SystemClock), Arc::new(OsRandomness));
        Ok(Self { site, store: installation.store, tenant: installation.tenant.id, minter })
    }

    /// Commits a second, each of one job that is queued, one after another.
    pub async fn round(&self) -> anyhow::Result<f64> {
        let begun = watch::start();
        for _ in 0..COMMITS {
            let now = SystemClock.now();
            let job = queue::order(&self.minter, now)?;
            let unit = UnitOfWork::new(self.tenant, now).with(Command::EnqueueJob(job));
            self.store.commit(unit).await?;
        }
        Ok(rate(COMMITS as u64, begun.elapsed()))
    }

    /// Its folder, which nobody holds any more.
    pub fn close(self) -> PathBuf {
        self.site.folder.clone()
    }
}
