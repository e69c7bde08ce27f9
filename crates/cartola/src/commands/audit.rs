//! `cartola audit`: proving that the trail is whole.

mod kept;

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

use kept::{Compared, KeptHead};

/// What to do with the audit trail.
#[derive(Subcommand)]
pub enum Verb {
    /// Prove that no entry was changed, left out, put in or cut off
    ///
    /// The trail is compared with its head, the number and hash of its last entry, which stands in the
    /// same store and has no key: whoever can rewrite the store can rewrite both. Keep the head that is
    /// printed elsewhere, and give it with --head later: then that cannot be done unseen either.
    Verify(Verify),
}

#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    installation: Named,
    /// Name or id of one tenant; all of them without it
    #[arg(long)]
    tenant: Option<String>,
    /// Head that was printed earlier and kept elsewhere, for one tenant
    #[arg(long, value_name = "SEQ:HASH")]
    head: Option<KeptHead>,
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
    let tenants = match (&arguments.tenant, arguments.head) {
        (None, None) => gateway.engine.tenants().await.context("the tenants cannot be read")?,
        (wanted, _) => vec![tenant::choose(&gateway.engine, wanted.as_deref()).await?],
    };
    let mut whole = true;
    for tenant in tenants {
        let proven = prove(&gateway, tenant, arguments.head).await?;
        whole &= proven.is_whole();
        if arguments.json {
            output::json(&proven.printed())?;
        } else {
            output::line(proven.sentence())?;
        }
    }
    if !arguments.json && arguments.head.is_none() {
        output::note(
            "A head stands in the store that it proves: keep it elsewhere, and compare with --head.",
        );
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// What was found about a tenant's trail.
struct Proven {
    tenant: TenantRow,
    found: Verified,
    compared: Option<Compared>,
}

async fn prove(
    gateway: &Gateway,
    tenant: TenantRow,
    head: Option<KeptHead>,
) -> anyhow::Result<Proven> {
    let reading = || format!("the trail of {} cannot be read", tenant.name);
    let bar = output::spinner("verifying");
    let found = gateway.engine.verify_audit(tenant.id, &mut |read| bar.set_position(read)).await;
    bar.finish_and_clear();
    let found = found.with_context(reading)?;
    let compared = match head {
        Some(head) => Some(head.compare(&*gateway.store, &found).await.with_context(reading)?),
        None => None,
    };
    Ok(Proven { tenant, found, compared })
}

#[derive(Serialize)]
struct Printed<'a> {
    tenant: TenantId,
    name: &'a str,
    entries: u64,
    head: KeptHead,
    broken: Option<Broken>,
    kept: Option<&'a Compared>,
}

#[derive(Serialize)]
struct Broken {
    sequence: u64,
    problem: String,
}

impl Proven {
    fn is_whole(&self) -> bool {
        self.found.broken.is_none()
            && self.compared.as_ref().is_none_or(|compared| compared.problem.is_none())
    }

    fn printed(&self) -> Printed<'_> {
        let broken = self
            .found
            .broken
            .map(|broken| Broken { sequence: broken.sequence, problem: broken.kind.to_string() });
        Printed {
            tenant: self.tenant.id,
            name: &self.tenant.name,
            entries: self.found.entries,
            head: KeptHead(self.found.head),
            broken,
            kept: self.compared.as_ref(),
        }
    }

    fn sentence(&self) -> String {
        let (name, entries) = (&self.tenant.name, self.found.entries);
        if let Some(broken) = self.found.broken {
            return format!("{name}: BROKEN after {entries} entries: {broken}");
        }
        let head = KeptHead(self.found.head);
        match &self.compared {
            None => format!("{name}: {entries} entries, head {head}, OK"),
            Some(Compared { head: kept, problem: None }) => {
                format!("{name}: {entries} entries, head {head}, leads on from {kept}, OK")
            }
            Some(Compared { problem: Some(problem), .. }) => {
                format!("{name}: REWRITTEN, {entries} entries, head {head}: {problem}")
            }
        }
    }
}
