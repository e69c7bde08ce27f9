//! `cartola audit check` and `key`: whether a file is as it was exported.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_crypto::jws::{Jwk, VerifyingKey};
use cartola_engine::audit::Exported;
use clap::Args;
use serde::Serialize;

use super::files::{hash, signature_of};
use crate::installation::Named;
use crate::output;
use crate::problem::FAILED;
use crate::wiring::Gateway;

/// Longest signature and key that are read, bytes.
const MAX_TEXT: u64 = 64 * 1024;

#[derive(Args)]
pub struct Arguments {
    /// File that `cartola audit export` wrote
    file: PathBuf,
    /// What was signed of it; FILE.jws without it
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
    /// Public key to check with, as `cartola audit key` prints it; the installation's without it
    #[arg(long, value_name = "FILE", conflicts_with_all = ["data", "config"])]
    key: Option<PathBuf>,
    #[command(flatten)]
    installation: Named,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct KeyArguments {
    #[command(flatten)]
    installation: Named,
}

#[derive(Serialize)]
struct Printed<'a> {
    file: String,
    signed: &'a Exported,
    problem: Option<&'a str>,
}

/// Prints the public key as a JWK.
pub async fn key(arguments: KeyArguments) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let key = gateway.engine.audit_verifying_key().await.context("the key cannot be read")?;
    output::json(key.jwk())?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Checks a file.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let key = if let Some(path) = &arguments.key {
        read_key(path)?
    } else {
        let gateway = Gateway::open(arguments.installation.find()?).await?;
        let key = gateway.engine.audit_verifying_key().await;
        let key = key.context("the key cannot be read")?;
        gateway.close().await?;
        key
    };
    let file = arguments.file.display().to_string();
    let signature = arguments.signature.unwrap_or_else(|| signature_of(&arguments.file));
    let signed = Exported::read(&key, read_text(&signature)?.trim());
    let signed = signed.with_context(|| {
        format!("{} is no signature of this gateway's on an export", signature.display())
    })?;
    let (sha256, bytes) = hash(&arguments.file)?;
    let differs = (sha256, bytes) != (signed.sha256, signed.bytes);
    let problem = differs.then_some("the file is not the one that was exported");
    if arguments.json {
        output::json(&Printed { file, signed: &signed, problem })?;
    } else if let Some(problem) = problem {
        output::line(format_args!("{file}: ALTERED, {problem}"))?;
    } else {
        let Exported { rows, what, tenant_name, exported_at, .. } = &signed;
        output::line(format_args!(
            "{file}: {rows} rows of {what} of {tenant_name}, exported at {exported_at}, OK"
        ))?;
    }
    Ok(if differs { ExitCode::from(FAILED) } else { ExitCode::SUCCESS })
}

fn read_key(path: &Path) -> anyhow::Result<VerifyingKey> {
    let name = path.display();
    let jwk: Jwk = serde_json::from_str(&read_text(path)?)
        .with_context(|| format!("{name} is no key as `cartola audit key` prints it"))?;
    match VerifyingKey::parse(&jwk) {
        Some(key) => Ok(key),
        None => bail!("{name} is no key as `cartola audit key` prints it"),
    }
}

fn read_text(path: &Path) -> anyhow::Result<String> {
    let unread = || format!("{} cannot be read", path.display());
    let mut text = String::new();
    let file = File::open(path).with_context(unread)?;
    file.take(MAX_TEXT).read_to_string(&mut text).with_context(unread)?;
    Ok(text)
}
