//! Workers: what runs for as long as the process does, and ends with it in good order.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Ready when a worker is to begin nothing more.
pub type Stop = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Workers that run. Dropped, they are cut off, and the next process takes over what they had claimed.
#[derive(Default)]
pub struct Workers {
    stop: watch::Sender<()>,
    running: JoinSet<()>,
}

impl Workers {
    /// Starts one. It ends what it has begun once it is told to stop.
    pub fn start<Run>(&mut self, run: impl FnOnce(Stop) -> Run)
    where
        Run: Future<Output = ()> + Send + 'static,
    {
        let mut stopped = self.stop.subscribe();
        // Nothing is ever sent: this ends when the sender is dropped.
        let stop = Box::pin(async move { drop(stopped.changed().await) });
        self.running.spawn(run(stop));
    }

    /// Tells them to stop, and lets them end what they have begun, for so long at most.
    pub async fn drain(self, limit: Duration) {
        let Self { stop, mut running } = self;
        drop(stop);
        let ended = async {
            while let Some(outcome) = running.join_next().await {
                if let Err(error) = outcome {
                    tracing::warn!(error = %error, "serve.worker.broken");
                }
            }
        };
        if timeout(limit, ended).await.is_err() {
            tracing::warn!(limit_seconds = limit.as_secs(), "serve.workers_cut_off");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    /// Drains a worker that needs so long after it was told to stop, and gives whether it ended.
    async fn ended(needs: Duration) -> bool {
        let done = Arc::new(AtomicBool::new(false));
        let mut workers = Workers::default();
        workers.start({
            let done = done.clone();
            async move |stop| {
                stop.await;
                tokio::time::sleep(needs).await;
                done.store(true, Ordering::Release);
            }
        });
        workers.drain(Duration::from_secs(20)).await;
        done.load(Ordering::Acquire)
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_begun_ends_within_the_limit() {
        assert!(ended(Duration::from_secs(19)).await);
        assert!(!ended(Duration::from_secs(21)).await);
    }
}
