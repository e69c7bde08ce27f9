//! Running the gateway: what `cartola serve`, `cartola worker`, `cartola demo` and `cartola sandbox`
//! have in common.

pub mod background;
pub mod connections;
pub mod hosts;
mod stop;
pub mod workers;

use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use cartola_engine::work;
use futures::future::{join, join_all};
use tokio::net::TcpListener;

use crate::jobs::Jobs;
use crate::outbox;
use crate::wiring::Gateway;

use background::Background;
pub use background::Metrics;
use connections::Connections;
use workers::Workers;

/// Listens on an address; `remedy` says what to do when it is taken.
pub async fn listen(address: SocketAddr, remedy: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("another program listens on {address}; stop it, or {remedy}")
        }
        bound => bound.with_context(|| format!("{address} cannot be listened on; {remedy}")),
    }
}

/// What a process does beside answering requests.
pub struct Duties {
    /// Jobs that it runs at once, and that run at once in all processes together; without it, other
    /// processes do all background work.
    pub jobs: Option<(usize, work::Limits)>,
    /// How long what is under way may take to end when the process is told to stop.
    pub drain: Duration,
}

/// Serves a gateway until a signal says to stop, and writes down the last reads. On a data folder,
/// hold its lock: what an earlier process has begun is taken over at once.
pub async fn run(
    gateway: Gateway,
    metrics: Metrics,
    sites: Vec<Connections>,
    duties: Duties,
    announce: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Duties { jobs, drain } = duties;
    let mut background = Background::start(gateway.engine.clone(), metrics);
    let mut workers = Workers::default();
    let jobs = jobs.map(|(at_once, limits)| {
        background.tidy(&gateway);
        let deliveries = outbox::worker(&gateway);
        workers.start(async move |stop| deliveries.run(stop).await);
        Jobs::start(&gateway, at_once, limits)
    });
    until_stopped(sites, drain, announce, workers.drain(drain)).await?;
    // Not before: requests that are let end may wait for one.
    if let Some(jobs) = jobs {
        jobs.stop_within(drain).await;
    }
    background.stop().await;
    gateway.close().await
}

/// Serves until a signal says to stop: then takes no more requests, and lets those under way end,
/// for so long at most, while `ending` does what else the stop asks for. A second signal ends it at
/// once.
pub async fn until_stopped(
    mut sites: Vec<Connections>,
    drain: Duration,
    announce: impl FnOnce() -> anyhow::Result<()>,
    ending: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let mut stop = stop::Signals::listen().context("the process cannot listen to signals")?;
    announce()?;
    let listens = !sites.is_empty();
    tokio::select! {
        biased;
        () = stop.next() => {}
        _ = join_all(sites.iter_mut().map(|site| site.take_until(pending()))), if listens => {}
    }
    tracing::info!("serve.stopping");
    tokio::select! {
        _ = join(join_all(sites.into_iter().map(|site| site.drain(drain))), ending) => {}
        () = stop.next() => tracing::warn!("serve.stopped_at_once"),
    }
    Ok(())
}
