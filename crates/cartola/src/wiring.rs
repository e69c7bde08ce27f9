//! Wires rooms together; the one place that names connectors.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use cartola_api::MetricsText;
use cartola_connector::Registry;
use cartola_console::{checkout, phone};
use cartola_engine::work::Handler;
use cartola_engine::{Engine, EngineError, Parts};
use cartola_events::Reach;
use cartola_http::Gate;
use cartola_http::callbacks::Callbacks;
use cartola_insights::categories::Rulebook;
use cartola_primitives::Clock;
use cartola_primitives::randomness::OsRandomness;
use cartola_provider_apistore::server as apistore;
use cartola_provider_file::StatementFiles;
use cartola_provider_floid::server as floid;
use cartola_provider_khipu::server as khipu;
use cartola_provider_mibanco::server as mibanco;
use cartola_provider_synaptic::server as synaptic;
use cartola_store::Store;
use tokio::time::timeout;

use crate::backend::{Backend, wrong_key};
use crate::config::{Limits, seconds};
use crate::installation::Installation;
use crate::institutions::Institutions;
use crate::outbox;
use crate::serve::Metrics;

/// How long sessions at institutions may take to be closed when the process ends.
const CLOSING: Duration = Duration::from_secs(10);

/// An open installation.
pub struct Gateway {
    pub engine: Engine,
    pub store: Arc<dyn Store>,
    /// What the store is, for what differs.
    pub backend: Backend,
    pub clock: Arc<dyn Clock>,
    pub reach: Reach,
    /// Which rules say what movements were for.
    pub rules: Arc<Rulebook>,
    /// What anchors of audit trails are appended to as they are made.
    pub anchors_file: Option<PathBuf>,
}

impl Gateway {
    /// Opens the store and the engine on it.
    pub async fn open(installation: Installation) -> anyhow::Result<Self> {
        let Installation {
            place,
            keys,
            key_source,
            institutions,
            clock,
            token_algorithm,
            reach,
            jobs: _,
            merchant,
            authorizations,
            rules,
            anchors_file,
        } = installation;
        let opening = format!("{place} cannot be opened");
        let backend = Backend::open(place, &keys).await?;
        let store = backend.store();
        let parts = Parts {
            store: store.clone(),
            archive: backend.archive(),
            keys,
            key_source,
            connectors: connectors(&institutions, &backend),
            clock: clock.clone(),
            randomness: Arc::new(OsRandomness),
            token_algorithm,
            merchant,
            authorizations,
        };
        let engine = Engine::open(parts).await.map_err(|error| match error {
            EngineError::Crypto(error) => wrong_key(error, &backend.name()),
            error => anyhow::Error::new(error).context(opening),
        })?;
        Ok(Self { engine, store, backend, clock, reach, rules, anchors_file })
    }

    /// Lets sessions at institutions be closed, writes what was read into the audit trail, and ends.
    pub async fn close(self) -> anyhow::Result<()> {
        let closed = timeout(CLOSING, self.engine.close_sessions());
        if closed.await.is_err() {
            tracing::warn!("serve.sessions.left_open");
        }
        self.engine.flush_accesses().await.context("the reads cannot be written to the audit trail")
    }
}

/// Every connector of this build.
fn connectors(institutions: &Institutions, backend: &Backend) -> Registry {
    let pacing = backend.pacing();
    Registry::default()
        .with_quotas(institutions.quotas())
        .with(Arc::new(StatementFiles::new()))
        .with(Arc::new(institutions.mibanco(pacing.as_ref())))
        .with(Arc::new(institutions.portal(pacing.as_ref())))
        .with(Arc::new(institutions.apistore(pacing.as_ref())))
        .with(Arc::new(institutions.bank_gateway(pacing.as_ref())))
}

/// Composes what facades post to their clients, and checks where it may go.
fn callbacks(gateway: &Gateway) -> Callbacks {
    Callbacks::new(gateway.engine.clone(), outbox::client(gateway))
}

/// Who does the jobs that facades queue.
pub fn handlers(gateway: &Gateway) -> Vec<Arc<dyn Handler>> {
    let floid = floid::handlers(callbacks(gateway));
    let apistore = apistore::handlers(callbacks(gateway));
    let mibanco = mibanco::handlers(callbacks(gateway));
    let own = cartola_api::handler(callbacks(gateway));
    let others = [khipu::handler(callbacks(gateway)), synaptic::handler(), own];
    floid.into_iter().chain(apistore).chain(mibanco).chain(others).collect()
}

/// How the process is, and nothing else; `/metrics` only where there are metrics to show.
pub fn operations(gateway: &Gateway, limits: &Limits, metrics: Option<Metrics>) -> Router {
    cartola_api::operations(gate(gateway, limits), metrics.map(text))
}

fn text(metrics: Metrics) -> MetricsText {
    Arc::new(move || metrics.render())
}

fn gate(gateway: &Gateway, limits: &Limits) -> Gate {
    let limits = cartola_http::Limits {
        rate_per_second: limits.requests_per_second.get(),
        burst: limits.requests_at_once.get(),
        request_timeout: seconds(limits.request_seconds),
    };
    Gate::new(gateway.engine.clone(), limits)
}

/// What facades are told that have settings of their own.
pub struct FacadeSettings {
    pub floid: floid::Settings,
    pub mibanco: mibanco::Settings,
}

/// Everything that is served; `/metrics` only where there are metrics to show.
pub fn router(
    gateway: &Gateway,
    limits: &Limits,
    settings: FacadeSettings,
    metrics: Option<Metrics>,
) -> Router {
    let gate = gate(gateway, limits);
    let floid = floid::router(gate.clone(), callbacks(gateway), settings.floid);
    let checkout = checkout::router(gate.clone(), floid::words);
    let khipu = khipu::router(gate.clone(), callbacks(gateway));
    let synaptic = synaptic::router(gate.clone());
    let apistore = apistore::router(gate.clone(), callbacks(gateway));
    let mibanco = mibanco::router(gate.clone(), callbacks(gateway), settings.mibanco);
    let called = Some(callbacks(gateway));
    cartola_api::behind(gate.clone(), called, metrics.map(text), gateway.rules.clone())
        .nest(&format!("{}{}", floid::PREFIX, floid::PAGE), checkout)
        .nest(phone::PATH, phone::router(gate))
        .nest(floid::PREFIX, floid)
        .nest(khipu::PREFIX, khipu)
        .nest(synaptic::PREFIX, synaptic)
        .nest(apistore::PREFIX, apistore)
        .nest(mibanco::PREFIX, mibanco)
}
