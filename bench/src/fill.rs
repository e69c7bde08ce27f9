//! A filled store that stays, to be looked into with a profiler.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use clap::Args;

use crate::installation::write_config;
use crate::load::Load;
use crate::population::Population;
use crate::site::Site;

/// What to fill.
#[derive(Args)]
pub struct Arguments {
    /// An empty folder
    folder: PathBuf,
    /// Movements to store
    #[arg(long, default_value_t = 1_000_000)]
    movements: u32,
    /// The port of the configuration
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// Fills it: configuration, data, and a script for `wrk`.
pub async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let Arguments { folder, movements, port } = arguments;
    let site = Site::of_folder(folder);
    let population = Population::make(site.clone(), *movements).await?;
    let config = write_config(&site, *port, "")?;
    let paths = population.pages();
    let key = population.key.expose();
    let load = Load { paths: &paths, key, connections: 64, duration: Duration::ZERO, pause: None };
    let script = folder.join("load.lua");
    fs::write(&script, load.script()).context("the script cannot be written")?;
    eprintln!(
        "cartola serve --config {}\nwrk -t2 -c64 -d10s -s {} http://127.0.0.1:{port}",
        config.display(),
        script.display()
    );
    Ok(())
}
