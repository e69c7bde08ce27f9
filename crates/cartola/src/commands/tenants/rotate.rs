//! `cartola tenants rotate-secret`

use std::process::ExitCode;

use anyhow::Context;
use cartola_engine::once::Reply;
use cartola_engine::webhook_secrets::{MAX_OVERLAP, Rotated, USUAL_OVERLAP};
use cartola_model::Principal;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_primitives::{SignedDuration, Timestamp};
use clap::Args;
use serde::Serialize;

use crate::installation::Named;
use crate::wiring::Gateway;
use crate::{output, tenant};

#[derive(Args)]
pub struct Arguments {
    /// Name or id of the tenant
    name: String,
    /// For how many hours the secrets before it sign too; 0 ends them at once, as after a leak
    #[arg(long, value_name = "HOURS", default_value_t = USUAL_OVERLAP.as_hours(),
        value_parser = clap::value_parser!(i64).range(0..=MAX_OVERLAP.as_hours()))]
    overlap_hours: i64,
    #[command(flatten)]
    installation: Named,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Printed<'a> {
    tenant: TenantId,
    webhook_secret: &'a str,
    webhook_secret_id: CredentialId,
    others_until: Timestamp,
}

/// Runs the verb.
pub async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let tenant = tenant::choose(&gateway.engine, Some(&arguments.name)).await?;
    let overlap = SignedDuration::from_hours(arguments.overlap_hours);
    let who = Principal::operator(tenant.id);
    let rotated = gateway.engine.rotate_webhook_secret(&who, overlap, Reply::NONE).await;
    let rotated = rotated.context("no secret is made")?;
    let lost = format!(
        "the secret is made and could not be printed, so it is lost; the ones before it sign until \
         {}: make another one",
        rotated.others_until
    );
    print(&rotated, tenant.id, arguments.json).context(lost)?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

fn print(rotated: &Rotated, tenant: TenantId, json: bool) -> anyhow::Result<()> {
    let secret = rotated.secret.expose();
    let (id, until) = (rotated.id, rotated.others_until);
    if json {
        return output::json(&Printed {
            tenant,
            webhook_secret: secret,
            webhook_secret_id: id,
            others_until: until,
        });
    }
    output::line(format_args!("webhook secret     {secret}"))?;
    output::line(format_args!("webhook secret id  {id}"))?;
    output::line(format_args!("others sign until  {until}"))?;
    Ok(output::line("Keep it: it is not shown again.")?)
}
