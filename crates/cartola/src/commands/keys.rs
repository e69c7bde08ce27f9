//! `cartola keys`: what master keys wrap, and changing to another one.

use std::process::ExitCode;

use anyhow::Context;
use cartola_crypto::MasterKeyId;
use cartola_engine::Engine;
use cartola_engine::master_keys::{MasterUse, RotatedTo};
use cartola_store::Rotation;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::installation::Named;
use crate::wiring::Gateway;
use crate::{backend, keys, output};

/// What to do with master keys.
#[derive(Subcommand)]
pub enum Verb {
    /// List the master keys that wrap anything, and how much
    #[command(visible_alias = "list")]
    Status(Arguments),
    /// Make the configured master key the active one, and wrap by it whatever an earlier one wraps
    Rotate(Arguments),
}

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    installation: Named,
    /// Print JSON: one line a master key, or one line of what was done
    #[arg(long)]
    json: bool,
}

impl Verb {
    /// Whether it changes nothing.
    pub fn only_prints(&self) -> bool {
        matches!(self, Self::Status(_))
    }
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Status(arguments) => status(arguments).await,
        Verb::Rotate(arguments) => rotate(arguments).await,
    }
}

#[derive(Serialize)]
struct Line {
    master_key: String,
    /// Whether it wraps what is added.
    active: bool,
    /// Whether the configuration has it.
    configured: bool,
    data_keys: u64,
    signing_keys: u64,
    secrets: u64,
}

impl Line {
    fn of(of: &MasterUse) -> Self {
        let MasterUse { wraps, active, held } = of;
        Self {
            master_key: wraps.master.to_string(),
            active: *active,
            configured: *held,
            data_keys: wraps.data_keys,
            signing_keys: wraps.signing_keys,
            secrets: wraps.secrets,
        }
    }
}

/// Opens the installation, and what changes its master key.
async fn open(arguments: &Arguments) -> anyhow::Result<(Gateway, std::sync::Arc<dyn Rotation>)> {
    let mut installation = arguments.installation.find_with_owner()?;
    let owner = installation.place.take_owner();
    let gateway = Gateway::open(installation).await?;
    let rotation = backend::rotation(&gateway.backend, owner.as_ref()).await?;
    Ok((gateway, rotation))
}

async fn status(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let (gateway, rotation) = open(&arguments).await?;
    let uses = uses(&gateway.engine, rotation.as_ref()).await?;
    let lines: Vec<Line> = uses.iter().map(Line::of).collect();
    if arguments.json {
        lines.iter().try_for_each(output::json)?;
        return Ok(ExitCode::SUCCESS);
    }
    let heading = ["MASTER KEY", "STATE", "DATA KEYS", "SIGNING KEYS", "SECRETS"];
    let rows: Vec<Vec<String>> = lines.into_iter().map(cells).collect();
    output::table(&heading, &rows)?;
    Ok(ExitCode::SUCCESS)
}

fn cells(line: Line) -> Vec<String> {
    let state = match (line.active, line.configured) {
        (true, _) => "active",
        (false, true) => "retired",
        (false, false) => "not configured",
    };
    let Line { master_key, data_keys, signing_keys, secrets, .. } = line;
    let counts = [data_keys, signing_keys, secrets].map(|count| count.to_string());
    [master_key, state.to_owned()].into_iter().chain(counts).collect()
}

async fn uses(engine: &Engine, rotation: &dyn Rotation) -> anyhow::Result<Vec<MasterUse>> {
    engine.master_keys(rotation).await.context("the wrapped keys cannot be counted")
}

#[derive(Serialize)]
struct Done {
    /// The active master key.
    master_key: String,
    /// The one before, where this run changed it.
    from: Option<String>,
    /// Keys that were wrapped again.
    rewrapped: u64,
}

/// Goes on where an earlier run was ended; a data folder that keeps its own key gets a new one.
async fn rotate(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let own = arguments.installation.folder_with_own_key();
    let (gateway, rotation) = open(&arguments).await?;
    let (engine, rotation) = (&gateway.engine, rotation.as_ref());
    let _lock = own.map(keys::lock).transpose()?;
    if let Some(data) = own {
        // Whoever held the lock before may have changed them.
        engine.read_master_keys().await;
        if is_settled(engine, &uses(engine, rotation).await?) {
            keys::make_next(data)?;
            engine.read_master_keys().await;
        }
    }
    let bar = output::progress(0, "wrapping keys again");
    let mut told = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let rotated = engine.rotate_master_key(rotation, &mut told).await;
    bar.finish_and_clear();
    let rotated = rotated?;
    if let Some(data) = own {
        keys::forget_retired(data)?;
    }
    let old = Old::of(own.is_some(), engine);
    gateway.close().await?;
    tell(&arguments, rotated, old)?;
    Ok(ExitCode::SUCCESS)
}

/// Whether no earlier rotation is to be brought to its end first.
fn is_settled(engine: &Engine, uses: &[MasterUse]) -> bool {
    let is_only = |it: &MasterUse| it.wraps.master == engine.configured_master_key();
    uses.iter().all(is_only) && !engine.holds_other_master_keys()
}

/// Which old keys are left once a rotation has come to its end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Old {
    /// The folder keeps its own key, and has dropped the one before.
    Dropped,
    /// The configuration has others beside the active one.
    Configured,
    /// There is none.
    Nowhere,
}

impl Old {
    fn of(own: bool, engine: &Engine) -> Self {
        match (own, engine.holds_other_master_keys()) {
            (true, _) => Self::Dropped,
            (false, true) => Self::Configured,
            (false, false) => Self::Nowhere,
        }
    }

    const fn advice(self) -> &'static str {
        match self {
            Self::Dropped => {
                "the old key is gone: backups that were made before open no more, so make one now"
            }
            Self::Configured => {
                "the old key can be taken out of the configuration; keep it elsewhere as long as \
                 backups that were made before"
            }
            Self::Nowhere => {
                "to change to another one, put a new key in its place in the configuration, and this \
                 one among the retired ones"
            }
        }
    }
}

fn tell(arguments: &Arguments, rotated: RotatedTo, old: Old) -> anyhow::Result<()> {
    let RotatedTo { from, to, rewrapped } = rotated;
    if arguments.json {
        let from = from.map(|from: MasterKeyId| from.to_string());
        return output::json(&Done { master_key: to.to_string(), from, rewrapped });
    }
    if from.is_none() && rewrapped == 0 && old != Old::Dropped {
        output::line(format_args!(
            "the configured key {to} is the active master key already: nothing was changed"
        ))?;
        return Ok(output::line(old.advice())?);
    }
    match from {
        Some(from) => output::line(format_args!("the active master key was {from} and is {to}"))?,
        None => output::line(format_args!("the active master key is {to}"))?,
    }
    output::line(format_args!(
        "{rewrapped} keys were wrapped again, and nothing is under another master key"
    ))?;
    Ok(output::line(old.advice())?)
}
