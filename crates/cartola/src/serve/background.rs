//! What runs beside the requests.

use std::time::Duration;

use anyhow::Context;
use cartola_engine::Engine;
use cartola_engine::access::FLUSH_EVERY;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

/// How often samples of metrics are put together, so that they do not pile up between two
/// readings.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

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

/// The tasks.
pub struct Background {
    tasks: [JoinHandle<()>; 2],
}

impl Background {
    /// Starts them.
    pub fn start(engine: Engine, metrics: Metrics) -> Self {
        Self { tasks: [tokio::spawn(flush(engine)), tokio::spawn(upkeep(metrics))] }
    }

    /// Ends them.
    pub async fn stop(self) {
        for task in self.tasks {
            task.abort();
            // Aborted is how it ends.
            drop(task.await);
        }
    }
}

/// Writes gathered reads to the audit trail.
async fn flush(engine: Engine) {
    let mut ticks = interval(FLUSH_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = engine.flush_accesses().await {
            tracing::warn!(error = %error, "serve.audit.flush_failed");
        }
    }
}

async fn upkeep(metrics: Metrics) {
    let mut ticks = interval(UPKEEP_EVERY);
    loop {
        ticks.tick().await;
        metrics.handle.run_upkeep();
    }
}
