//! Running jobs: one process at a time on one folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cartola_engine::Engine;
use cartola_engine::work::{Handler, Worker, WorkerParts};
use cartola_primitives::monotonic::SystemMonotonic;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::folder;
use crate::wiring::{self, Gateway};

/// How often a folder is tried whose jobs another process runs.
const TRY_AGAIN: Duration = Duration::from_millis(500);

/// Runs jobs in the background until stopped: as soon as no other process does on the same folder.
pub struct Jobs {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Jobs {
    /// Starts, with so many at once.
    pub fn start(gateway: &Gateway, at_once: usize) -> Self {
        let (stop, stopped) = watch::channel(false);
        let (engine, handlers) = (gateway.engine.clone(), wiring::handlers(gateway));
        let task = tokio::spawn(run(engine, handlers, gateway.data.clone(), at_once, stopped));
        Self { stop, task }
    }

    /// Takes no more, and leaves what is under way to whoever runs jobs next.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::warn!(error = %error, "serve.jobs.broken");
        }
    }
}

async fn run(
    engine: Engine,
    handlers: Vec<Arc<dyn Handler>>,
    data: PathBuf,
    at_once: usize,
    mut stopped: watch::Receiver<bool>,
) {
    let _alone = tokio::select! {
        lock = until_alone(&data) => lock,
        _ = stopped.wait_for(|stop| *stop) => return,
    };
    let monotonic = Arc::new(SystemMonotonic::start(engine.mint()));
    let worker = Worker::new(WorkerParts { engine, handlers, monotonic, alone: true, at_once });
    let stop = async move {
        // A sender that is gone stops it too.
        drop(stopped.wait_for(|stop| *stop).await);
    };
    worker.run(stop).await;
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
