//! `cartola audit anchors`.

use std::process::ExitCode;

use anyhow::Context;
use cartola_engine::audit::AnchorError;
use cartola_store::audit::AnchorRow;
use cartola_store::tenancy::TenantRow;
use clap::Args;

use crate::anchors::{Line, append};
use crate::installation::Named;
use crate::problem::{FAILED, sentence};
use crate::wiring::Gateway;
use crate::{output, tenant};

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    installation: Named,
    /// Name or id of one tenant; all of them without it
    #[arg(long)]
    tenant: Option<String>,
    /// Make one first of what the trail is now, where it has grown since the last one
    #[arg(long)]
    make: bool,
    /// Print one line of JSON an anchor; a file of them is what `cartola audit verify --anchors` reads
    #[arg(long)]
    json: bool,
}

/// Prints them.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let tenants = match &arguments.tenant {
        None => gateway.engine.tenants().await.context("the tenants cannot be read")?,
        wanted => vec![tenant::choose(&gateway.engine, wanted.as_deref()).await?],
    };
    let (mut rows, mut all_made) = (Vec::new(), true);
    for tenant in tenants {
        if arguments.make {
            all_made &= make(&gateway, &tenant).await?;
        }
        let mut after = 0;
        loop {
            let page = gateway.engine.anchors(tenant.id, after).await;
            let page =
                page.with_context(|| format!("anchors of {} cannot be read", tenant.name))?;
            let Some(last) = page.last() else { break };
            after = last.number;
            for row in &page {
                if arguments.json {
                    output::json(&Line::new(tenant.id, row))?;
                } else {
                    rows.push(line(&tenant.name, row));
                }
            }
        }
    }
    if !arguments.json {
        output::table(&["TENANT", "NUMBER", "DAY", "MADE AT", "HEAD"], &rows)?;
    }
    gateway.close().await?;
    Ok(if all_made { ExitCode::SUCCESS } else { ExitCode::from(FAILED) })
}

/// Makes one, and keeps it where the configuration says. A trail that is not whole has none, which is told,
/// and holds up nobody else's.
async fn make(gateway: &Gateway, tenant: &TenantRow) -> anyhow::Result<bool> {
    let made = match gateway.engine.make_anchor(tenant.id).await {
        Ok(made) => made.map(|row| (tenant.id, row)),
        Err(AnchorError::Engine(error)) if !error.is_damage() => {
            return Err(error).context("the anchor cannot be made");
        }
        Err(error) => {
            let why = sentence(&error.into());
            output::note(format_args!("{}: no anchor is made, for {why}", tenant.name));
            return Ok(false);
        }
    };
    if let Some(path) = &gateway.anchors_file {
        append(path, made.as_slice())
            .with_context(|| format!("the anchor cannot be written to {}", path.display()))?;
    }
    Ok(true)
}

fn line(tenant: &str, row: &AnchorRow) -> Vec<String> {
    vec![
        tenant.to_owned(),
        row.number.to_string(),
        row.day.to_string(),
        row.made_at.to_string(),
        format!("{}:{}", row.sequence, row.hash),
    ]
}
