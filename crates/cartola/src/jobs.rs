//! Running jobs: one process at a time on one folder, as many as there are on one database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use cartola_engine::work::{Limits, Worker, WorkerParts};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::backend::Backend;
use crate::folder;
use crate::wiring::{self, Gateway};

/// How often a folder is tried whose jobs another process runs.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// How long jobs under way may take to end, unless said otherwise, where others run jobs too.
const ENDING: Duration = Duration::from_secs(20);

/// Runs jobs in the background until stopped; on a folder as soon as no other process does.
pub struct Jobs {
    stop: watch::Sender<Option<Duration>>,
    task: JoinHandle<()>,
}

impl Jobs {
    /// Starts, with so many at once, and within limits over all processes.
    pub fn start(gateway: &Gateway, at_once: usize, limits: Limits) -> Self {
        let (stop, stopped) = watch::channel(None);
        let engine = gateway.engine.clone();
        let worker = Worker::new(WorkerParts {
            handlers: wiring::handlers(gateway),
            monotonic: gateway.backend.monotonic(engine.mint()),
            alone: !gateway.backend.is_shared(),
            engine,
            at_once,
            limits,
        });
        let task = match &gateway.backend {
            Backend::Embedded { data, .. } => tokio::spawn(alone(worker, data.clone(), stopped)),
            Backend::Shared(_) => tokio::spawn(among_others(worker, stopped)),
        };
        Self { stop, task }
    }

    /// Takes no more, and leaves what is under way to whoever runs jobs next.
    pub async fn stop(self) {
        self.stop_within(ENDING).await;
    }

    /// The same; on a database what is under way is let end, for so long at most: others would wait
    /// for the end of its leases.
    pub async fn stop_within(self, limit: Duration) {
        self.stop.send_replace(Some(limit));
        if let Err(error) = self.task.await {
            tracing::warn!(error = %error, "serve.jobs.broken");
        }
    }
}

/// Runs jobs of a folder, once nobody else does.
async fn alone(worker: Worker, data: PathBuf, mut stopped: watch::Receiver<Option<Duration>>) {
    let _alone = tokio::select! {
        lock = until_alone(&data) => lock,
        _ = told(&mut stopped) => return,
    };
    let stop = async {
        told(&mut stopped).await;
    };
    worker.run(stop).await;
}

/// Runs jobs of a database.
async fn among_others(worker: Worker, mut stopped: watch::Receiver<Option<Duration>>) {
    worker.run_and_end(told(&mut stopped)).await;
}

/// Waits to be told to stop, and gives how long that may take. A sender that is gone stops at once.
async fn told(stopped: &mut watch::Receiver<Option<Duration>>) -> Duration {
    stopped.wait_for(Option::is_some).await.ok().and_then(|limit| *limit).unwrap_or_default()
}

/// Waits until no other process runs jobs of a folder, and keeps others from it.
async fn until_alone(data: &Path) -> std::fs::File {
    let mut told = false;
    loop {
        match folder::try_lock(data, folder::JOBS_LOCK) {
            Ok(Some(lock)) => return lock,
            Err(error) if !told => {
                tracing::warn!(error = %error, "serve.jobs.not_locked");
                told = true;
            }
            Ok(None) | Err(_) => {}
        }
        sleep(TRY_AGAIN).await;
    }
}
