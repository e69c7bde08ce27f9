//! Running the gateway: what `cartola serve` and `cartola demo` have in common.

pub mod background;
pub mod connections;
mod stop;

use std::net::SocketAddr;

use anyhow::{Context, bail};
use axum::Router;
use tokio::net::TcpListener;

use crate::config::{Limits, seconds};
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

/// Serves until a signal says to stop: then takes no more requests, lets those under way end within
/// their limit, and writes down the last reads.
pub async fn run(
    gateway: Gateway,
    router: Router,
    listener: TcpListener,
    limits: &Limits,
    metrics: Metrics,
    announce: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut stop = stop::Signals::listen().context("the process cannot listen to signals")?;
    let background = Background::start(gateway.engine.clone(), metrics);
    let mut connections = Connections::new(listener, router, limits);
    announce()?;
    connections.take_until(stop.next()).await;
    tracing::info!("serve.stopping");
    tokio::select! {
        () = connections.drain(seconds(limits.drain_seconds)) => {}
        () = stop.next() => tracing::warn!("serve.stopped_at_once"),
    }
    background.stop().await;
    gateway.close().await
}
