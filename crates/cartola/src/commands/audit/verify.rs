//! `cartola audit verify`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_engine::EngineError;
use cartola_engine::audit::{Anchored, Verified};
use cartola_primitives::id::TenantId;
use cartola_store::tenancy::TenantRow;
use cartola_store::{StoreError, StoreErrorKind};
use clap::Args;
use serde::Serialize;

use crate::anchors::Kept;
use crate::installation::Named;
use crate::problem::{FAILED, sentence};
use crate::wiring::Gateway;
use crate::{output, tenant};

use super::kept::{Compared, KeptHead};

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
    /// Anchors that were kept elsewhere: a file that `cartola audit anchors --json` printed
    #[arg(long, value_name = "FILE")]
    anchors: Option<PathBuf>,
    /// Print one line of JSON a tenant
    #[arg(long)]
    json: bool,
}

/// Proves the trails.
pub async fn run(arguments: Verify) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let all = gateway.engine.tenants().await.context("the tenants cannot be read")?;
    let anchors = match &arguments.anchors {
        None => Vec::new(),
        Some(path) => {
            let key = gateway.engine.audit_verifying_key().await;
            Kept::of(path).read(&key.context("the key of anchors cannot be read")?)?
        }
    };
    // Before a tenant is chosen: of an installation whose only one is gone there is none to choose.
    let gone = Gone::of(&all, &anchors);
    for gone in &gone {
        gone.print(arguments.json)?;
    }
    let tenants = match (&arguments.tenant, arguments.head) {
        (None, None) => all,
        (wanted, _) => vec![tenant::choose(&gateway.engine, wanted.as_deref()).await?],
    };
    let has_kept = |tenant: &TenantRow| anchors.iter().any(|anchor| anchor.tenant == tenant.id);
    if let ([tenant], Some(path)) = (&tenants[..], &arguments.anchors)
        && arguments.tenant.is_some()
        && !has_kept(tenant)
    {
        bail!(
            "{} has no anchor of {}; name the file of its own anchors",
            path.display(),
            tenant.name
        )
    }
    let mut whole = gone.is_empty();
    for tenant in tenants {
        let proven = match prove(&gateway, tenant.clone(), arguments.head, &anchors).await {
            Ok(proven) => proven,
            // A row that is damaged says nothing of the others.
            Err(error) if is_damage(&error) => {
                whole = false;
                Damaged { tenant: tenant.id, name: &tenant.name, unread: sentence(&error) }
                    .print(arguments.json)?;
                continue;
            }
            Err(error) => return Err(error),
        };
        whole &= proven.is_whole();
        if arguments.json {
            output::json(&proven.printed())?;
        } else {
            output::line(proven.sentence())?;
        }
    }
    if !arguments.json && arguments.head.is_none() && anchors.is_empty() {
        output::note(
            "Head and anchors stand in the store that they prove: keep them elsewhere, and compare with \
             --head or --anchors.",
        );
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// A tenant whose trail, or what is compared with it, holds what cannot have been written.
#[derive(Serialize)]
struct Damaged<'a> {
    tenant: TenantId,
    name: &'a str,
    unread: String,
}

impl Damaged<'_> {
    fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            return output::json(self);
        }
        Ok(output::line(format_args!("{}: BROKEN, {}", self.name, self.unread))?)
    }
}

/// Whether what is stored cannot be read as what was written.
fn is_damage(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let of_engine = cause.downcast_ref::<EngineError>().is_some_and(EngineError::is_damage);
        let of_store = cause.downcast_ref::<StoreError>();
        of_engine || of_store.is_some_and(|error| error.kind == StoreErrorKind::Corrupt)
    })
}

/// A tenant of whom anchors were kept, and whom the store has no more.
#[derive(Serialize)]
struct Gone {
    tenant: TenantId,
    /// How many anchors of it were kept.
    kept_anchors: u64,
    problem: &'static str,
}

impl Gone {
    /// Those of the kept anchors whose tenant is none of these, by id.
    fn of(tenants: &[TenantRow], anchors: &[Anchored]) -> Vec<Self> {
        let mut gone = BTreeMap::<TenantId, u64>::new();
        let is_there = |id| tenants.iter().any(|tenant| tenant.id == id);
        for anchor in anchors.iter().filter(|anchor| !is_there(anchor.tenant)) {
            *gone.entry(anchor.tenant).or_default() += 1;
        }
        let problem = "anchors of it were kept, and the store has no such tenant";
        let each = |(tenant, kept_anchors)| Self { tenant, kept_anchors, problem };
        gone.into_iter().map(each).collect()
    }

    fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            return output::json(self);
        }
        let Self { tenant, kept_anchors, problem } = self;
        Ok(output::line(format_args!("{tenant}: GONE, {kept_anchors} {problem}"))?)
    }
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
    anchors: &[Anchored],
) -> anyhow::Result<Proven> {
    let reading = || format!("the trail of {} cannot be read", tenant.name);
    let bar = output::spinner("verifying");
    let mut progress = |read| bar.set_position(read);
    let found = gateway.engine.verify_audit(tenant.id, anchors, &mut progress).await;
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
    /// How many anchors were compared with it, those that were kept elsewhere included.
    anchors: u64,
    /// How many of them were kept elsewhere.
    kept_anchors: u64,
    anchor_problem: Option<String>,
    /// How many consents are as the trail says.
    consents: u64,
    /// Of how many the trail says no more than that they were granted.
    unproven: u64,
    /// How many lists of consents are as the trail says.
    consent_sets: u64,
    /// Of how many the trail says nothing.
    unproven_sets: u64,
    consent_problem: Option<String>,
}

#[derive(Serialize)]
struct Broken {
    sequence: u64,
    problem: String,
}

impl Proven {
    fn is_whole(&self) -> bool {
        self.found.is_whole()
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
            anchors: self.found.anchors,
            kept_anchors: self.found.kept,
            anchor_problem: self.found.anchor_problem.map(|problem| problem.to_string()),
            consents: self.found.consents.proven,
            unproven: self.found.consents.unproven,
            consent_sets: self.found.consents.sets,
            unproven_sets: self.found.consents.unproven_sets,
            consent_problem: self.found.consents.problem.map(|problem| problem.to_string()),
        }
    }

    fn sentence(&self) -> String {
        let (name, entries) = (&self.tenant.name, self.found.entries);
        if let Some(broken) = self.found.broken {
            return format!("{name}: BROKEN after {entries} entries: {broken}");
        }
        let head = KeptHead(self.found.head);
        if let Some(problem) = self.found.anchor_problem {
            return format!("{name}: REWRITTEN, {entries} entries, head {head}: {problem}");
        }
        if let Some(problem) = self.found.consents.problem {
            return format!("{name}: NOT AS RECORDED, {entries} entries, head {head}: {problem}");
        }
        let agreeing = [
            ("kept anchors", self.found.kept),
            ("unproven consents", self.found.consents.unproven),
            ("unproven lists of consents", self.found.consents.unproven_sets),
        ];
        let told = agreeing.iter().filter(|(_, count)| *count > 0);
        let agreeing: String = told.map(|(what, count)| format!(", {what}: {count}")).collect();
        match &self.compared {
            None => format!("{name}: {entries} entries, head {head}{agreeing}, OK"),
            Some(Compared { head: kept, problem: None }) => {
                format!(
                    "{name}: {entries} entries, head {head}, leads on from {kept}{agreeing}, OK"
                )
            }
            Some(Compared { problem: Some(problem), .. }) => {
                format!("{name}: REWRITTEN, {entries} entries, head {head}: {problem}")
            }
        }
    }
}
