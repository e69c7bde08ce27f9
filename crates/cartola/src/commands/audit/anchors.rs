//! `cartola audit anchors`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_crypto::jws::VerifyingKey;
use cartola_engine::audit::{AnchorError, Anchored, read_anchor};
use cartola_primitives::id::TenantId;
use cartola_primitives::{Date, Timestamp};
use cartola_store::audit::AnchorRow;
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::installation::Named;
use crate::wiring::Gateway;
use crate::{output, tenant};

/// Longest file of anchors that is read, bytes: thousands of tenants for years.
const MAX_FILE: u64 = 256 << 20;

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

/// An anchor as it is printed. What counts is `signed`; the rest is for people.
#[derive(Serialize)]
struct Printed<'a> {
    tenant: TenantId,
    number: u64,
    day: Date,
    sequence: u64,
    hash: String,
    made_at: Timestamp,
    signed: &'a str,
}

/// What is read again of it.
#[derive(Deserialize)]
struct Signed {
    signed: String,
}

/// Prints them.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let tenants = match &arguments.tenant {
        None => gateway.engine.tenants().await.context("the tenants cannot be read")?,
        wanted => vec![tenant::choose(&gateway.engine, wanted.as_deref()).await?],
    };
    let mut rows = Vec::new();
    for tenant in tenants {
        if arguments.make {
            match gateway.engine.make_anchor(tenant.id).await {
                Ok(_) => {}
                Err(AnchorError::Broken(broken)) => {
                    bail!("{}: no anchor is made, for {broken}", tenant.name)
                }
                Err(error) => return Err(error).context("the anchor cannot be made"),
            }
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
                    output::json(&printed(tenant.id, row))?;
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
    Ok(ExitCode::SUCCESS)
}

fn printed(tenant: TenantId, row: &AnchorRow) -> Printed<'_> {
    let AnchorRow { number, day, sequence, hash, made_at, signed } = row;
    let (number, day, sequence, made_at) = (*number, *day, *sequence, *made_at);
    Printed { tenant, number, day, sequence, hash: hash.hex(), made_at, signed }
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

/// Anchors that were kept in a file, as [`Printed`].
pub struct Kept(PathBuf);

impl Kept {
    /// Those of a file.
    pub fn of(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Reads them; each has to be signed by this key.
    pub fn read(&self, key: &VerifyingKey) -> anyhow::Result<Vec<Anchored>> {
        let name = self.0.display();
        let unread = || format!("{name} cannot be read");
        let length = std::fs::metadata(&self.0).with_context(unread)?.len();
        if length > MAX_FILE {
            bail!("{name} is longer than {MAX_FILE} bytes; split it by tenant");
        }
        let text = std::fs::read_to_string(&self.0).with_context(unread)?;
        let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let read = lines.map(|(number, line)| {
            let place = || format!("line {number} of {name} is no anchor of this gateway");
            let Signed { signed } = serde_json::from_str(line).with_context(place)?;
            read_anchor(key, &signed).with_context(place)
        });
        let anchors: Vec<Anchored> = read.collect::<anyhow::Result<_>>()?;
        if anchors.is_empty() {
            bail!("{name} has no anchors; `cartola audit anchors --json` writes them");
        }
        Ok(anchors)
    }
}
