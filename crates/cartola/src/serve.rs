//! Running the gateway: what `cartola serve`, `cartola demo` and `cartola sandbox` have in common.

pub mod background;
pub mod connections;
mod stop;

use std::future::pending;
use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, bail};
use cartola_engine::work::MAX_RUNNING;
use futures::future::join_all;
use tokio::net::TcpListener;

use crate::jobs::Jobs;
use crate::wiring::Gateway;

use background::Background;
pub use background::Metrics;
use connections::Connections;

/// Listens on an address; `remedy` says what to do when it is taken.
pub async fn listen(address: SocketAddr, remedy: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address).await {
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("another program listens on {address}; stop it, or {remedy}")
        }
        bound => bound.with_context(|| format!("{address} cannot be listened on; {remedy}")),
    }
}

/// Serves a gateway until a signal says to stop, and writes down the last reads.
pub async fn run(
    gateway: Gateway,
    metrics: Metrics,
    sites: Vec<Connections>,
    drain: Duration,
    announce: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let background = Background::start(gateway.engine.clone(), metrics);
    let jobs = Jobs::start(gateway.engine.clone(), gateway.data.clone(), MAX_RUNNING);
    until_stopped(sites, drain, announce).await?;
    jobs.stop().await;
    background.stop().await;
    gateway.close().await
}

/// Serves until a signal says to stop: then takes no more requests, and lets those under way end,
/// for so long at most. A second signal ends it at once.
pub async fn until_stopped(
    mut sites: Vec<Connections>,
    drain: Duration,
    announce: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut stop = stop::Signals::listen().context("the process cannot listen to signals")?;
    announce()?;
    tokio::select! {
        biased;
        () = stop.next() => {}
        _ = join_all(sites.iter_mut().map(|site| site.take_until(pending()))) => {}
    }
    tracing::info!("serve.stopping");
    tokio::select! {
        _ = join_all(sites.into_iter().map(|site| site.drain(drain))) => {}
        () = stop.next() => tracing::warn!("serve.stopped_at_once"),
    }
    Ok(())
}
