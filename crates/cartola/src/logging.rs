//! Logs: structured, on stderr, so that stdout stays for what was asked.

use std::io;

use anyhow::Context;
use serde::Deserialize;
use tracing_subscriber::EnvFilter;

use crate::problem::wrong_use;

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

/// The levels there are.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

/// Says where a panic happened, as any other fault is logged, and not what it says: the message of
/// an `unwrap` or of an index shows values.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(tracing::field::display);
        tracing::error!(place, "panicked");
    }));
}

/// The filter of a level or of directives; `None` where one of them has no level. Any other word
/// would be the name of a module, and nothing else would be logged.
pub fn filter(level: &str) -> Option<EnvFilter> {
    let has_level = |directive: &str| {
        let level = directive.rsplit_once('=').map_or(directive, |(_, level)| level).trim();
        LEVELS.iter().any(|known| known.eq_ignore_ascii_case(level))
    };
    level.split(',').all(has_level).then(|| EnvFilter::try_new(level).ok())?
}

/// Writes logs from now on. The level is a level or directives such as `info,cartola_engine=debug`.
pub fn start(format: LogFormat, level: &str) -> anyhow::Result<()> {
    let filter = filter(level)
        .ok_or_else(|| wrong_use("the log level is none such as info or debug, nor directives"))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    started.map_err(anyhow::Error::from_boxed).context("logs are written already")?;
    log_panics();
    Ok(())
}
