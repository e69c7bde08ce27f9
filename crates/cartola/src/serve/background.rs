//! What runs beside the requests.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use cartola_engine::Engine;
use cartola_engine::access::FLUSH_EVERY;
use cartola_engine::audit::Round;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::{MissedTickBehavior, interval};

use crate::anchors;
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
        let file = gateway.anchors_file.clone();
        self.repeat(ANCHOR_EVERY, move || anchor(engine.clone(), file.clone()));
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

/// Signs where the audit trails stood at the end of the day before, and appends it to the file that
/// is to have it. Of a file that cannot be written, the log has what was signed; the next anchors are of
/// those before too.
async fn anchor(engine: Engine, file: Option<PathBuf>) {
    let Round { day, made, broken } = match engine.anchor_day().await {
        Ok(round) => round,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "serve.audit.anchor_failed");
            return;
        }
    };
    if broken > 0 {
        tracing::error!(%day, broken, "serve.audit.not_anchored");
    }
    let Some(path) = file else { return };
    let file = path.clone();
    match spawn_blocking(move || anchors::append(&file, &made)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            let path = path.display();
            tracing::error!(%error, %path, "serve.audit.anchors_not_written");
        }
        Err(error) => tracing::error!(%error, "serve.audit.anchors_interrupted"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use cartola_crypto::jws::Algorithm;
    use cartola_crypto::{ContentHash, KeyRing, MasterKey};
    use cartola_engine::authorizations::Rules;
    use cartola_events::Reach;
    use cartola_model::{ConsentKind, ConsentState, InstitutionId, Scope};
    use cartola_primitives::clock::{ManualClock, SystemClock};
    use cartola_primitives::{Clock, Secret, SignedDuration};
    use cartola_store::consents::ConsentRow;
    use cartola_store::{Command, MAX_PAGE, UnitOfWork};
    use cartola_store_sqlite::Options;
    use tokio::sync::Semaphore;

    use crate::backend::Place;
    use crate::config::Jobs;
    use crate::installation::Installation;
    use crate::institutions::Institutions;
    use crate::wiring;

    use super::*;

    /// A reading that is cancelled while what it read is being kept leaves it in the archive.
    #[tokio::test]
    async fn what_nothing_names_is_removed_from_a_folder_within_the_hour_after_it_is_old() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let gateway = gateway(folder.path(), Arc::new(SystemClock)).await;
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

    /// Changes every place of those bytes in the closed database.
    fn damage(data: &Path, from: &[u8], to: &[u8]) {
        let path = data.join("cartola.db");
        let mut bytes = std::fs::read(&path).expect("the database");
        let mut damaged = 0;
        for place in 0..bytes.len() - from.len() {
            if bytes[place..].starts_with(from) {
                bytes[place..place + to.len()].copy_from_slice(to);
                damaged += 1;
            }
        }
        assert!(damaged > 0, "it lies in the file");
        std::fs::write(&path, bytes).expect("the database");
    }

    /// One of them cannot even be read.
    #[tokio::test]
    async fn a_damaged_trail_keeps_nobody_else_from_an_anchor_which_is_kept_in_a_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (data, kept) = (folder.path().join("data"), folder.path().join("kept"));
        std::fs::create_dir(&data).expect("a folder");
        let clock = Arc::new(ManualClock::new("2026-03-10T15:00:00Z".parse().expect("an instant")));
        let open = async || gateway(&data, clock.clone()).await;
        let before = open().await;
        let scopes = [Scope::Read];
        let mut tenants = Vec::new();
        for name in ["first", "second"] {
            let keys = before.engine.add_tenant(name, &scopes).await.expect("a tenant");
            tenants.push(keys.tenant.id);
        }
        let key = before.engine.credentials(tenants[0]).await.expect("credentials")[0].id;
        before.close().await.expect("it closes");
        let written = format!("\"subject\":\"{key}\"");
        let mut broken = written.clone().into_bytes();
        broken[12] = 0xFF;
        damage(&data, written.as_bytes(), &broken);
        clock.advance(SignedDuration::from_hours(24));
        let after = open().await;
        let round = after.engine.anchor_day().await.expect("the others have theirs");
        let of: Vec<_> = round.made.iter().map(|(tenant, _)| *tenant).collect();
        assert_eq!((of, round.broken), (vec![tenants[1]], 1));
        after
            .engine
            .issue(after.engine.tenants().await.expect("tenants").remove(1), &scopes)
            .await
            .expect("keys");
        clock.advance(SignedDuration::from_hours(24));
        for _ in 0..2 {
            anchor(after.engine.clone(), Some(kept.clone())).await;
        }
        let lines = std::fs::read_to_string(&kept).expect("a file");
        assert!(lines.lines().count() == 1 && lines.contains("\"number\":2"), "{lines}");
        let key = after.engine.audit_verifying_key().await.expect("the key");
        let read = anchors::Kept::of(&kept).read(&key).expect("anchors");
        assert_eq!((read[0].tenant, read[0].number), (tenants[1], 2));
        after.close().await.expect("it closes");
    }

    /// One of them cannot even be read.
    #[tokio::test]
    async fn a_damaged_consent_keeps_no_other_from_running_out() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(ManualClock::new("2026-03-10T15:00:00Z".parse().expect("an instant")));
        let before = gateway(folder.path(), clock.clone()).await;
        let engine = &before.engine;
        let keys = engine.add_tenant("Empresa", &[Scope::Read]).await.expect("a tenant");
        let (tenant, now) = (keys.tenant.id, engine.now());
        // More than are read at once, all before the other.
        let damaged = std::iter::repeat_n(("is damaged", 1), MAX_PAGE);
        let rows = damaged.chain([("is sound", 2)]).map(|(purpose, hours)| ConsentRow {
            id: engine.mint(),
            kind: ConsentKind::TenantMandate,
            person: None,
            institution: InstitutionId::parse("banco-chile").expect("it is one"),
            link: engine.mint(),
            purpose: purpose.to_owned(),
            evidence: ContentHash::of(b"paper"),
            recipient: None,
            data: None,
            state: ConsentState::Granted {
                at: now,
                expires_at: Some(now + SignedDuration::from_hours(hours)),
            },
            version: 1,
        });
        let rows: Vec<_> = rows.collect();
        let mut work = UnitOfWork::new(tenant, now);
        for row in &rows {
            work.push(Command::AddConsent(row.clone()));
        }
        before.backend.store().commit(work).await.expect("a commit");
        before.close().await.expect("it closes");
        damage(folder.path(), b"is damaged", &[0xFF; 10]);
        clock.advance(SignedDuration::from_hours(3));
        let after = gateway(folder.path(), clock).await;
        assert_eq!(after.engine.end_run_out().await.expect("the other ends"), 1);
        assert_eq!(after.engine.end_run_out().await.expect("none is left"), 0);
        let ended = after.backend.store().consent(tenant, rows[MAX_PAGE].id).await.expect("a read");
        let state = ended.expect("it is there").state;
        assert!(matches!(state, ConsentState::Expired { .. }), "{state:?}");
        after.close().await.expect("it closes");
    }

    /// Money may have moved, or will move on what a customer has approved: whoever is to be told is told,
    /// however often that fails.
    #[tokio::test]
    async fn what_follows_money_is_never_given_up() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let gateway = gateway(folder.path(), Arc::new(SystemClock)).await;
        let handlers = wiring::handlers(&gateway).into_iter();
        let given_up = handlers.filter(|handler| handler.gives_up());
        let mut given_up: Vec<_> =
            given_up.map(|handler| handler.kind().as_str().to_owned()).collect();
        given_up.sort_unstable();
        assert_eq!(given_up, ["floid.answer", "khipu.answer", "synaptic.results"]);
        gateway.close().await.expect("it closes");
    }

    async fn gateway(data: &Path, clock: Arc<dyn Clock>) -> Gateway {
        let key = Secret::new("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=".to_owned());
        let installation = Installation {
            place: Place::Folder { data: data.to_owned(), options: Options::default() },
            keys: KeyRing::new(MasterKey::from_base64(&key).expect("32 bytes"), Vec::new()),
            key_source: None,
            institutions: Institutions::default(),
            clock,
            token_algorithm: Algorithm::default(),
            merchant: None,
            authorizations: Rules::default(),
            rules: Arc::default(),
            anchors_file: None,
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
