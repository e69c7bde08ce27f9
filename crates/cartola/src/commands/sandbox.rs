//! `cartola sandbox`: Chile in a box, by itself.

use std::future::ready;
use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::config::{Limits, seconds};
use crate::logging::{self, LogFormat};
use crate::serve::connections::Connections;
use crate::{output, sandbox, serve};

/// Port that the sandbox listens on unless said otherwise.
pub const DEFAULT_PORT: u16 = 8081;

/// What is logged: warnings, and the way of the process.
const LOGGED: &str = "warn,cartola=info";

#[derive(Args)]
pub struct Arguments {
    /// Port on loopback; 0 picks a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Folder that keeps what is done in the sandbox; it is made if it is not there
    #[arg(long, value_name = "DIR", default_value = "cartola-sandbox")]
    data: PathBuf,
    /// Seed of the population; a folder keeps the one it was made with, 42 unless said otherwise
    #[arg(long)]
    seed: Option<u64>,
}

/// Serves the sandbox until told to stop.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    logging::start(LogFormat::Text, LOGGED)?;
    let world = sandbox::open(&arguments.data, arguments.seed)?;
    let address = (Ipv4Addr::LOCALHOST, arguments.port).into();
    let remedy = "name another port with --port (0 picks a free one)";
    let listener = serve::listen(address, remedy).await?;
    let address = listener.local_addr().context("the address is not known")?;
    let limits = Limits::default();
    let connections = Connections::new(listener, sandbox::router(world), &limits);
    let announce = || Ok(output::line(format_args!("the sandbox is ready at http://{address}"))?);
    serve::until_stopped(vec![connections], seconds(limits.drain_seconds), announce, ready(()))
        .await?;
    Ok(ExitCode::SUCCESS)
}
