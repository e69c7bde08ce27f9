//! `cartola demo`: the gateway to try, with everything it needs in one folder.
//!
//! Whatever ends it, and at whatever moment, running it again on the same folder has the same keys
//! and data: every step either finds what an earlier run has made or makes it, whole.

mod announcement;
mod keys;
mod samples;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use cartola_store_sqlite::Options;
use clap::Args;

use crate::config::{DEFAULT_PORT, Limits};
use crate::installation::{DEFAULT_DATA, Installation};
use crate::logging::{self, LogFormat};
use crate::serve::{self, Metrics};
use crate::wiring::{self, Gateway};
use crate::{folder, keys as master_keys};

use announcement::Announcement;

/// What is logged: warnings, and the way of the process.
const LOGGED: &str = "warn,cartola=info";

#[derive(Args)]
pub struct Arguments {
    /// Port on loopback; 0 picks a free one
    #[arg(long, default_value_t = DEFAULT_PORT)]
    port: u16,
    /// Data folder; it is made if it is not there
    #[arg(long, value_name = "DIR", default_value = DEFAULT_DATA)]
    data: PathBuf,
    /// When ready, print exactly one line of JSON on stdout
    #[arg(long)]
    json: bool,
}

/// Runs the demo until told to stop.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    logging::start(LogFormat::Text, LOGGED)?;
    let data = arguments.data;
    folder::prepare(&data)?;
    let _alone = folder::lock(&data)?;
    let address = (Ipv4Addr::LOCALHOST, arguments.port).into();
    let remedy = "name another port with --port (0 picks a free one)";
    let listener = serve::listen(address, remedy).await?;
    let address = listener.local_addr().context("the address is not known")?;
    let ring = master_keys::of_folder_or_new(&data)?;
    let installation = Installation { data: data.clone(), keys: ring, store: Options::default() };
    let gateway = Gateway::open(installation).await?;
    gateway.clear_leftovers();
    let keys = keys::same_or_new(&gateway.engine, &data).await?;
    samples::import(&gateway.engine, keys.tenant).await?;
    let announcement = Announcement::new(address, &keys);
    announcement.write_environment(&data)?;
    let (limits, metrics) = (Limits::default(), Metrics::record()?);
    let router = wiring::router(&gateway, &limits, Some(metrics.clone()));
    let announce = || announcement.print(&data, arguments.json);
    serve::run(gateway, router, listener, &limits, metrics, announce).await?;
    Ok(ExitCode::SUCCESS)
}
