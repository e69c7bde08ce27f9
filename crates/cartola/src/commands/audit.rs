//! `cartola audit`: proving that the trail is whole.

use std::process::ExitCode;

use anyhow::Context;
use cartola_engine::audit::Verified;
use cartola_primitives::id::TenantId;
use cartola_store::tenancy::TenantRow;
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::installation::Named;
use crate::problem::FAILED;
use crate::wiring::Gateway;
use crate::{output, tenant};

/// What to do with the audit trail.
#[derive(Subcommand)]
pub enum Verb {
    /// Prove that nothing in the trail was changed, left out, put in or cut off
    Verify(Verify),
}

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    installation: Named,
    /// Name or id of one tenant; all of them without it
    #[arg(long)]
    tenant: Option<String>,
    /// Print one line of JSON a tenant
    #[arg(long)]
    json: bool,
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Verify(arguments) => verify(arguments).await,
    }
}

async fn verify(arguments: Verify) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let tenants = match &arguments.tenant {
        Some(_) => vec![tenant::choose(&gateway.engine, arguments.tenant.as_deref()).await?],
        None => gateway.engine.tenants().await.context("the tenants cannot be read")?,
    };
    let mut whole = true;
    for tenant in tenants {
        let bar = output::spinner("verifying");
        let found =
            gateway.engine.verify_audit(tenant.id, &mut |read| bar.set_position(read)).await;
        bar.finish_and_clear();
        let found =
            found.with_context(|| format!("the trail of {} cannot be read", tenant.name))?;
        whole &= found.broken.is_none();
        if arguments.json {
            output::json(&Printed::of(&tenant, &found))?;
        } else {
            output::line(sentence(&tenant, &found))?;
        }
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

#[derive(Serialize)]
struct Printed<'a> {
    tenant: TenantId,
    name: &'a str,
    entries: u64,
    head: String,
    broken: Option<Broken>,
}

#[derive(Serialize)]
struct Broken {
    sequence: u64,
    problem: String,
}

impl<'a> Printed<'a> {
    fn of(tenant: &'a TenantRow, found: &Verified) -> Self {
        let broken = found
            .broken
            .map(|broken| Broken { sequence: broken.sequence, problem: broken.kind.to_string() });
        Self {
            tenant: tenant.id,
            name: &tenant.name,
            entries: found.entries,
            head: found.head.hash.to_string(),
            broken,
        }
    }
}

fn sentence(tenant: &TenantRow, found: &Verified) -> String {
    let Verified { entries, head, .. } = found;
    match found.broken {
        None => format!("{}: {entries} entries, head {}, OK", tenant.name, head.hash),
        Some(broken) => format!("{}: BROKEN after {entries} entries: {broken}", tenant.name),
    }
}
