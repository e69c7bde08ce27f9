//! What runs beside the requests.

use std::time::Duration;

use anyhow::Context;
use cartola_engine::Engine;
use cartola_engine::access::FLUSH_EVERY;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::wiring::Gateway;

/// How often samples of metrics are put together, so that they do not pile up between two
/// readings.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// How often what has ended long ago is forgotten.
const FORGET_EVERY: Duration = Duration::from_mins(1);

/// How often it is looked for consents whose term is over. They allow nothing meanwhile.
const EXPIRE_EVERY: Duration = Duration::from_mins(1);

/// How often it is looked whether a day is over whose audit trails have no anchor yet.
const ANCHOR_EVERY: Duration = Duration::from_mins(10);

/// How often it is looked for people of whom what was kept because a law says so may be erased.
const ERASE_EVERY: Duration = Duration::from_hours(1);

/// Pages of consents whose end is recorded at a time.
const MAX_PAGES_EXPIRED: usize = 10;

/// How often the archive is looked through for what nothing names.
const CLEAR_EVERY: Duration = Duration::from_hours(1);

/// Pages that are forgotten at a time, so that a stop does not wait for a year's work: 10,000 jobs
/// a minute are more than can end in one for long.
const MAX_PAGES_FORGOTTEN: usize = 10;

/// The process's metrics.
#[derive(Clone)]
pub struct Metrics {
    handle: PrometheusHandle,
}

impl Metrics {
    /// Records from now on.
    pub fn record() -> anyhow::Result<Self> {
        let handle = PrometheusBuilder::new().install_recorder();
        Ok(Self { handle: handle.context("metrics are recorded already")? })
    }

    /// What was recorded, as Prometheus reads it.
    pub fn render(&self) -> String {
        self.handle.render()
    }
}

/// Tasks that do something now and then until they are stopped.
pub struct Background {
    stop: watch::Sender<()>,
    tasks: Vec<JoinHandle<()>>,
}

impl Background {
    /// Starts those of every process.
    pub fn start(engine: Engine, metrics: Metrics) -> Self {
        let mut this = Self::idle();
        this.repeat(FLUSH_EVERY, move || flush(engine.clone()));
        this.repeat(UPKEEP_EVERY, move || {
            metrics.handle.run_upkeep();
            std::future::ready(())
        });
        this
    }

    /// Starts those that keep the store tidy.
    pub fn tidy(&mut self, gateway: &Gateway) {
        let engine = gateway.engine.clone();
        self.repeat(FORGET_EVERY, move || forget(engine.clone()));
        let engine = gateway.engine.clone();
        self.repeat(EXPIRE_EVERY, move || expire(engine.clone()));
        let engine = gateway.engine.clone();
        self.repeat(ERASE_EVERY, move || erase(engine.clone()));
        let engine = gateway.engine.clone();
        self.repeat(ANCHOR_EVERY, move || anchor(engine.clone()));
        let backend = gateway.backend.clone();
        self.repeat(CLEAR_EVERY, move || {
            let backend = backend.clone();
            async move { backend.clear_leftovers().await }
        });
    }

    fn idle() -> Self {
        Self { stop: watch::Sender::new(()), tasks: Vec::new() }
    }

    fn repeat<Work>(&mut self, period: Duration, mut work: impl FnMut() -> Work + Send + 'static)
    where
        Work: Future<Output = ()> + Send,
    {
        let mut stop = self.stop.subscribe();
        self.tasks.push(tokio::spawn(async move {
            let mut ticks = interval(period);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    biased;
                    // Nothing is ever sent: this ends when the sender is dropped.
                    _ = stop.changed() => return,
                    _ = ticks.tick() => work().await,
                }
            }
        }));
    }

    /// Ends them between two rounds of work. One that is under way comes to its end: the reads
    /// that a flush has taken and not yet written are nowhere else.
    pub async fn stop(self) {
        drop(self.stop);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::warn!(error = %error, "serve.background.broken");
            }
        }
    }
}

/// Writes gathered reads to the audit trail.
async fn flush(engine: Engine) {
    if let Err(error) = engine.flush_accesses().await {
        tracing::warn!(error = %error, "serve.audit.flush_failed");
    }
}

/// Forgets jobs and messages that have ended long ago, and tasks that have expired.
async fn forget(engine: Engine) {
    for _ in 0..MAX_PAGES_FORGOTTEN {
        match engine.forget_ended().await {
            Ok(0) => return,
            Ok(count) => tracing::info!(count, "serve.jobs.forgotten"),
            Err(error) => {
                tracing::warn!(error = %error, "serve.jobs.not_forgotten");
                return;
            }
        }
    }
}

/// Records the end of consents whose term is over.
async fn expire(engine: Engine) {
    for _ in 0..MAX_PAGES_EXPIRED {
        match engine.end_run_out().await {
            Ok(0) => return,
            Ok(count) => tracing::info!(count, "serve.consents.expired"),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "serve.consents.not_expired");
                return;
            }
        }
    }
}

/// Erases what was kept of people because a law said so, once it says so no more.
async fn erase(engine: Engine) {
    match engine.erase_retained().await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "serve.people.erased"),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "serve.people.not_erased");
        }
    }
}

/// Signs where the audit trails stood at the end of the day before.
async fn anchor(engine: Engine) {
    match engine.anchor_day().await {
        Ok((_, 0)) => {}
        Ok((day, broken)) => tracing::error!(%day, broken, "serve.audit.not_anchored"),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "serve.audit.anchor_failed");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use cartola_crypto::jws::Algorithm;
    use cartola_crypto::{KeyRing, MasterKey};
    use cartola_engine::authorizations::Rules;
    use cartola_events::Reach;
    use cartola_primitives::Secret;
    use cartola_primitives::clock::SystemClock;
    use cartola_store_sqlite::Options;
    use tokio::sync::Semaphore;

    use crate::backend::Place;
    use crate::config::Jobs;
    use crate::installation::Installation;
    use crate::institutions::Institutions;

    use super::*;

    /// A reading that is cancelled while what it read is being kept leaves it in the archive.
    #[tokio::test]
    async fn what_nothing_names_is_removed_from_a_folder_within_the_hour_after_it_is_old() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let gateway = gateway(folder.path()).await;
        tokio::time::pause();
        let mut background = Background::idle();
        background.tidy(&gateway);
        tokio::time::sleep(FORGET_EVERY).await;
        let tenant = folder.path().join("raw").join("a".repeat(32));
        std::fs::create_dir_all(&tenant).expect("a folder");
        let orphan = tenant.join("b".repeat(32));
        std::fs::write(&orphan, "sealed").expect("a file");
        let file = std::fs::File::options().append(true).open(&orphan).expect("the file");
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("a time");
        tokio::time::sleep(CLEAR_EVERY / 2).await;
        assert!(orphan.exists(), "it is looked for once an hour");
        tokio::time::sleep(CLEAR_EVERY).await;
        background.stop().await;
        assert!(!orphan.exists());
        gateway.close().await.expect("it closes");
    }

    async fn gateway(data: &Path) -> Gateway {
        let key = Secret::new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned());
        let installation = Installation {
            place: Place::Folder { data: data.to_owned(), options: Options::default() },
            keys: KeyRing::new(MasterKey::from_base64(&key).expect("32 bytes"), Vec::new()),
            key_source: None,
            institutions: Institutions::default(),
            clock: Arc::new(SystemClock),
            token_algorithm: Algorithm::default(),
            merchant: None,
            authorizations: Rules::default(),
            rules: Arc::default(),
            reach: Reach::Public,
            jobs: Jobs::default(),
        };
        Gateway::open(installation).await.expect("an empty folder")
    }

    #[tokio::test]
    async fn work_under_way_ends_before_the_stop_does() {
        let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let done = Arc::new(AtomicBool::new(false));
        let mut background = Background::idle();
        background.repeat(Duration::from_hours(1), {
            let (begun, go_on, done) = (begun.clone(), go_on.clone(), done.clone());
            move || {
                let (begun, go_on, done) = (begun.clone(), go_on.clone(), done.clone());
                async move {
                    begun.add_permits(1);
                    drop(go_on.acquire().await);
                    done.store(true, Ordering::Release);
                }
            }
        });
        drop(begun.acquire().await);
        // The stop is polled first, so the work goes on only once the stop was asked for.
        let release = async { go_on.add_permits(1) };
        tokio::join!(biased; background.stop(), release);
        assert!(done.load(Ordering::Acquire));
    }
}
