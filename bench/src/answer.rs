//! The server that the gateway is compared with: its own connections, layer, logs and metrics, and
//! behind them one answer out of memory.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Context;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use bytes::Bytes;
use cartola_http::{Gate, layer};
use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::installation::Installation;
use crate::site::Site;
use cartola::config::{Limits, Log, seconds};
use cartola::logging;
use cartola::serve::background;
use cartola::serve::connections::Connections;

/// What is answered, and where.
#[derive(Args)]
pub struct Arguments {
    /// Where to listen
    address: SocketAddr,
    /// The file that is the answer
    body: PathBuf,
    /// An empty folder: the layer stands before an engine, which needs a store
    folder: PathBuf,
}

/// Serves until told to stop.
pub async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let (limits, log) = (Limits::default(), Log::default());
    logging::start(log.format, &log.level)?;
    let body = Bytes::from(std::fs::read(&arguments.body).context("the answer is not there")?);
    let engine = Installation::make(&Site::of_folder(&arguments.folder)).await?.engine;
    let metrics = background::Metrics::record()?;
    let answer = async move || ([(CONTENT_TYPE, "application/json")], body.clone());
    let router = Router::new().route("/{*path}", get(answer));
    let router = layer::around(router, Gate::new(engine.clone(), cartola_http::Limits::default()));
    let listener = TcpListener::bind(arguments.address).await?;
    let mut stop = signal(SignalKind::terminate())?;
    let beside = background::Background::start(engine, metrics);
    let mut connections = Connections::new(listener, router, &limits);
    connections.take_until(async { stop.recv().await.unwrap_or(()) }).await;
    connections.drain(seconds(limits.drain_seconds)).await;
    beside.stop().await;
    Ok(())
}
