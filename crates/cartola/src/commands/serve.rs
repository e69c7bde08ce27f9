//! `cartola serve`: the gateway, from its configuration.

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;

use crate::backend::Place;
use crate::config::{Config, seconds};
use crate::folder::{self, GATEWAY};
use crate::installation::DEFAULT_CONFIG;
use crate::serve::connections::Connections;
use crate::serve::{self, Duties, Metrics};
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
    let mut installation = config.installation()?;
    installation.place = installation.place.used_by("serve");
    warn_of_open_secrets(&config);
    let listener = serve::listen(config.listen, "set `listen` to another address").await?;
    let _alone = alone(&installation.place)?;
    let gateway = Gateway::open(installation).await?;
    if !gateway.backend.is_shared() {
        gateway.backend.clear_leftovers().await;
    }
    let is_shared = gateway.backend.is_shared();
    let address = listener.local_addr().context("the address is not known")?;
    let metrics = Metrics::record()?;
    let shown = config.metrics.then(|| metrics.clone());
    let router = wiring::router(&gateway, &config.limits, config.facades(), shown);
    let router = config.hosts().around(router);
    let connections = Connections::new(listener, router, &config.limits);
    let duties = Duties {
        jobs: config.jobs.serve.then(|| config.jobs.places(is_shared)),
        drain: seconds(config.limits.drain_seconds),
    };
    let announce = || {
        tracing::info!(%address, "serve.ready");
        Ok(output::line(format_args!("cartola is ready at http://{address}"))?)
    };
    serve::run(gateway, metrics, vec![connections], duties, announce).await?;
    Ok(ExitCode::SUCCESS)
}

/// Keeps other gateways off a folder; many may serve one database.
fn alone(place: &Place) -> anyhow::Result<Option<File>> {
    let Place::Folder { data, .. } = place else { return Ok(None) };
    folder::prepare(data, &GATEWAY)?;
    folder::lock(data).map(Some)
}

/// Says which files of secrets others may use.
pub fn warn_of_open_secrets(config: &Config) {
    for path in config.secrets_open_to_others() {
        tracing::warn!(path = %path.display(), "serve.secret.open_to_others: chmod go= it");
    }
}
