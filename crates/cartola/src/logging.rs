//! Logs: structured, on stderr, so that stdout stays for what was asked.

use std::io;

use anyhow::Context;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

/// How a log line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// What commands that end by themselves log.
pub const QUIET: &str = "warn";

/// Writes logs from now on. The level is a level or directives such as `info,cartola_engine=debug`.
pub fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(level)
        .with_context(|| format!("log.level `{level}` is no level such as info or debug"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(anyhow::Error::from_boxed).context("logs are written already")
}
