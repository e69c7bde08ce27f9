//! `cartola serve`: the gateway, from its configuration.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::config::{Config, seconds};
use crate::folder::{self, GATEWAY};
use crate::installation::DEFAULT_CONFIG;
use crate::serve::connections::Connections;
use crate::serve::{self, Metrics};
use crate::wiring::{self, Gateway};
use crate::{logging, output};

#[derive(Args)]
pub struct Arguments {
    /// Configuration
    #[arg(long, value_name = "FILE", default_value = DEFAULT_CONFIG)]
    config: PathBuf,
}

/// Serves until told to stop.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::read(&arguments.config)?;
    logging::start(config.log.format, &config.log.level)?;
    let installation = config.installation()?;
    for path in config.keys_open_to_others() {
        tracing::warn!(path = %path.display(), "serve.master_key.open_to_others: chmod go= it");
    }
    let listener = serve::listen(config.listen, "set `listen` to another address").await?;
    folder::prepare(&installation.data, &GATEWAY)?;
    let _alone = folder::lock(&installation.data)?;
    let gateway = Gateway::open(installation).await?;
    gateway.clear_leftovers();
    let address = listener.local_addr().context("the address is not known")?;
    let metrics = Metrics::record()?;
    let shown = config.metrics.then(|| metrics.clone());
    let router = wiring::router(&gateway, &config.limits, shown);
    let connections = Connections::new(listener, router, &config.limits);
    let drain = seconds(config.limits.drain_seconds);
    let announce = || {
        tracing::info!(%address, "serve.ready");
        Ok(output::line(format_args!("cartola is ready at http://{address}"))?)
    };
    serve::run(gateway, metrics, vec![connections], drain, announce).await?;
    Ok(ExitCode::SUCCESS)
}
