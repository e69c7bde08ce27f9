//! `cartola worker`: background work alone, beside processes that serve one database.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::backend::Place;
use crate::commands::serve::warn_of_open_secrets;
use crate::config::{Config, Limits, seconds};
use crate::installation::DEFAULT_CONFIG;
use crate::problem::wrong_use;
use crate::serve::connections::Connections;
use crate::serve::{self, Duties, Metrics};
use crate::wiring::{self, Gateway};
use crate::{logging, output};

#[derive(Args)]
pub struct Arguments {
    /// Configuration, whose store is in PostgreSQL
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    config: PathBuf,
    /// Address and port for /healthz, /readyz and /metrics; nothing is listened on without it
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// Works until told to stop.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::read(&arguments.config)?;
    logging::start(config.log.format, &config.log.level)?;
    let mut installation = config.installation()?;
    installation.place = installation.place.used_by("worker");
    if let Place::Folder { data, .. } = &installation.place {
        return Err(wrong_use(format!(
            "on the data folder {} `cartola serve` does the background work too; a worker goes with \
             a store in PostgreSQL",
            data.display()
        )));
    }
    warn_of_open_secrets(&config);
    let gateway = Gateway::open(installation).await?;
    let metrics = Metrics::record()?;
    let sites = match arguments.listen {
        Some(address) => {
            let shown = config.metrics.then(|| metrics.clone());
            vec![site(address, &gateway, &config.limits, shown).await?]
        }
        None => Vec::new(),
    };
    let drain = seconds(config.limits.drain_seconds);
    let duties = Duties { jobs: Some(config.jobs.places(true)), drain };
    let announce = || {
        tracing::info!("worker.ready");
        Ok(output::line("cartola works")?)
    };
    serve::run(gateway, metrics, sites, duties, announce).await?;
    Ok(ExitCode::SUCCESS)
}

async fn site(
    address: SocketAddr,
    gateway: &Gateway,
    limits: &Limits,
    metrics: Option<Metrics>,
) -> anyhow::Result<Connections> {
    let listener = serve::listen(address, "name another address with --listen").await?;
    let address = listener.local_addr().context("the address is not known")?;
    tracing::info!(%address, "worker.listening");
    Ok(Connections::new(listener, wiring::operations(gateway, limits, metrics), limits))
}
