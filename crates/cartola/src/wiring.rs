//! The one place that names backends and connectors.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use axum::Router;
use cartola_api::MetricsText;
use cartola_connector::Registry;
use cartola_crypto::{CryptoError, LookupKey};
use cartola_engine::vault::LOOKUP_KEY;
use cartola_engine::work::Handler;
use cartola_engine::{Engine, EngineError, Parts};
use cartola_events::Reach;
use cartola_http::Gate;
use cartola_http::callbacks::Callbacks;
use cartola_primitives::clock::{Clock, SystemClock};
use cartola_primitives::randomness::OsRandomness;
use cartola_provider_file::StatementFiles;
use cartola_provider_khipu::server as khipu;
use cartola_provider_synaptic::server as synaptic;
use cartola_store_sqlite::{Leftovers, SqliteStore, stored_secret};
use tokio::time::timeout;

use crate::config::{Limits, seconds};
use crate::folder;
use crate::installation::Installation;
use crate::institutions::Institutions;
use crate::outbox;
use crate::serve::Metrics;

/// How old something in the archive must be before it counts as left over. An import beside the
/// gateway keeps its source some milliseconds before it names it.
const LEFTOVER_AGE: Duration = Duration::from_hours(1);

/// How long sessions at institutions may take to be closed when the process ends.
const CLOSING: Duration = Duration::from_secs(10);

/// An open installation.
pub struct Gateway {
    pub engine: Engine,
    pub store: Arc<SqliteStore>,
    /// Its data folder.
    pub data: PathBuf,
    pub clock: Arc<dyn Clock>,
    pub reach: Reach,
}

impl Gateway {
    /// Opens the store and the engine on it.
    pub async fn open(installation: Installation) -> anyhow::Result<Self> {
        let Installation {
            data,
            keys,
            store: options,
            institutions,
            clock,
            token_algorithm,
            reach,
        } = installation;
        folder::prepare(&data, &folder::GATEWAY)?;
        let opening = || format!("the data folder {} cannot be opened", data.display());
        let wrong_key = |error: CryptoError| {
            anyhow::Error::new(error).context(format!(
                "the master key is not the one that {} was made with; put the right one back",
                data.display()
            ))
        };
        // Before the store is opened: whoever has the wrong key does not migrate an older store.
        if let Some(kept) = stored_secret(&data, LOOKUP_KEY).with_context(opening)? {
            LookupKey::unwrap(&keys, &kept).map_err(wrong_key)?;
        }
        let store = SqliteStore::open(&data, options).with_context(opening)?;
        let store = Arc::new(store);
        let parts = Parts {
            store: store.clone(),
            archive: store.archive(),
            keys,
            connectors: connectors(&institutions),
            clock: clock.clone(),
            randomness: Arc::new(OsRandomness),
            token_algorithm,
        };
        let engine = Engine::open(parts).await.map_err(|error| match error {
            EngineError::Crypto(error) => wrong_key(error),
            error => anyhow::Error::new(error).context(opening()),
        })?;
        Ok(Self { engine, store, data, clock, reach })
    }

    /// Removes what crashes have left in the archive: a statement under no consent is not kept. Call
    /// it with the folder locked, before serving.
    pub fn clear_leftovers(&self) {
        let limit = SystemTime::from(SystemClock.now()) - LEFTOVER_AGE;
        match tokio::task::block_in_place(|| self.store.clear_leftovers(limit)) {
            Ok(Leftovers { orphans: 0, unfinished: 0 }) => {}
            Ok(Leftovers { orphans, unfinished }) => {
                tracing::info!(orphans, unfinished, "serve.archive.leftovers_removed");
            }
            // They are sealed, and the next start tries again.
            Err(error) => tracing::warn!(error = %error, "serve.archive.leftovers_stay"),
        }
    }

    /// Lets sessions at institutions be closed, writes what was read into the audit trail, and ends.
    pub async fn close(self) -> anyhow::Result<()> {
        let closed = timeout(CLOSING, self.engine.connectors().settled());
        if closed.await.is_err() {
            tracing::warn!("serve.sessions.left_open");
        }
        self.engine.flush_accesses().await.context("the reads cannot be written to the audit trail")
    }
}

/// Every connector of this build.
fn connectors(institutions: &Institutions) -> Registry {
    Registry::default()
        .with(Arc::new(StatementFiles::new()))
        .with(Arc::new(institutions.mibanco()))
        .with(Arc::new(institutions.portal()))
}

/// Composes what facades post to their clients, and checks where it may go.
fn callbacks(gateway: &Gateway) -> Callbacks {
    Callbacks::new(gateway.engine.clone(), outbox::client(gateway))
}

/// Who does the jobs that facades queue.
pub fn handlers(gateway: &Gateway) -> Vec<Arc<dyn Handler>> {
    vec![khipu::handler(callbacks(gateway)), synaptic::handler()]
}

/// Everything that is served; `/metrics` only where there are metrics to show.
pub fn router(gateway: &Gateway, limits: &Limits, metrics: Option<Metrics>) -> Router {
    let limits = cartola_http::Limits {
        rate_per_second: limits.requests_per_second.get(),
        burst: limits.requests_at_once.get(),
        request_timeout: seconds(limits.request_seconds),
    };
    let gate = Gate::new(gateway.engine.clone(), limits);
    let metrics = metrics.map(|metrics| Arc::new(move || metrics.render()) as MetricsText);
    let khipu = khipu::router(gate.clone(), callbacks(gateway));
    let synaptic = synaptic::router(gate.clone());
    cartola_api::behind(gate, metrics).nest(khipu::PREFIX, khipu).nest(synaptic::PREFIX, synaptic)
}
