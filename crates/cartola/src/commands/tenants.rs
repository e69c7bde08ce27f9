//! `cartola tenants`: add, list and revoke.

mod rotate;

use std::process::ExitCode;

use anyhow::{Context, bail};
use cartola_engine::Engine;
use cartola_engine::tenants::{KEY_PREFIX, NewKeys};
use cartola_model::Scope;
use cartola_model::access::Actor;
use cartola_primitives::Timestamp;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_store::tenancy::{CredentialRow, TenantRow};
use clap::{Args, Subcommand};
use serde::Serialize;

use crate::installation::Named;
use crate::wiring::Gateway;
use crate::{output, tenant};

/// What to do with tenants.
#[derive(Subcommand)]
pub enum Verb {
    /// Add a tenant and print its keys, once
    Add(Add),
    /// Print further keys of a tenant, once; those there are stay in force
    Issue(Add),
    /// List tenants and the ids of their keys
    List(List),
    /// Withdraw one key, or all keys of a tenant with all sessions of devices
    Revoke(Revoke),
    /// Make a new webhook secret and print it, once; those before it sign beside it for a while
    RotateSecret(rotate::Arguments),
}

#[derive(Args)]
pub struct Add {
    /// Name of the tenant
    name: String,
    /// What its keys may do: read, import, manage, audit, enrol
    #[arg(long, value_delimiter = ',', value_parser = parse_scope, default_value = "read,import,manage,audit")]
    scopes: Vec<Scope>,
    #[command(flatten)]
    installation: Named,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    installation: Named,
    /// Print one line of JSON a tenant
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Revoke {
    /// Id of a key or a session of a device (key_…), an API key itself, or id or name of a tenant for all
    /// its keys and sessions
    id: String,
    #[command(flatten)]
    installation: Named,
    /// Print one line of JSON a key
    #[arg(long)]
    json: bool,
}

fn parse_scope(text: &str) -> Result<Scope, String> {
    let known = || Scope::ALL.map(Scope::name).join(", ");
    Scope::parse(text).ok_or_else(|| format!("the scopes are {}", known()))
}

impl Verb {
    /// Whether it changes nothing.
    pub fn only_prints(&self) -> bool {
        matches!(self, Self::List(_))
    }
}

/// Runs the verb.
pub async fn run(verb: Verb) -> anyhow::Result<ExitCode> {
    match verb {
        Verb::Add(arguments) => add(arguments).await,
        Verb::Issue(arguments) => issue(arguments).await,
        Verb::List(arguments) => list(arguments).await,
        Verb::Revoke(arguments) => revoke(arguments).await,
        Verb::RotateSecret(arguments) => rotate::run(arguments).await,
    }
}

/// Keys as they are printed, this once.
#[derive(Serialize)]
struct PrintedKeys<'a> {
    tenant: TenantId,
    name: &'a str,
    api_key: &'a str,
    api_key_id: CredentialId,
    client_id: CredentialId,
    client_secret: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_secret: Option<&'a str>,
}

async fn add(arguments: Add) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find_or_begin()?).await?;
    let keys = gateway
        .engine
        .add_tenant(&arguments.name, &arguments.scopes)
        .await
        .with_context(|| format!("the tenant `{}` is not added", arguments.name))?;
    hand_over(&keys, arguments.json)?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

async fn issue(arguments: Add) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let tenant = tenant::choose(&gateway.engine, Some(&arguments.name)).await?;
    let keys = gateway.engine.issue(tenant, &arguments.scopes).await;
    hand_over(&keys.context("no keys are issued")?, arguments.json)?;
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// Prints keys, or says how to be rid of them: they are in force by now and stand nowhere else.
fn hand_over(keys: &NewKeys, json: bool) -> anyhow::Result<()> {
    let name = &keys.tenant.name;
    print_keys(keys, json).with_context(|| {
        format!(
            "the keys of `{name}` are made and could not be printed, so they are lost: \
             `cartola tenants revoke {name}` withdraws all its keys, `cartola tenants issue {name}` \
             makes others"
        )
    })
}

fn print_keys(keys: &NewKeys, json: bool) -> anyhow::Result<()> {
    let printed = PrintedKeys {
        tenant: keys.tenant.id,
        name: &keys.tenant.name,
        api_key: keys.api_key.expose(),
        api_key_id: keys.api_key_id,
        client_id: keys.client_id,
        client_secret: keys.client_secret.expose(),
        webhook_secret: keys.webhook_secret.as_ref().map(|secret| secret.expose().as_str()),
    };
    if json {
        return output::json(&printed);
    }
    output::line(format_args!("tenant          {} ({})", printed.name, printed.tenant))?;
    output::line(format_args!("api key         {}", printed.api_key))?;
    output::line(format_args!("api key id      {}", printed.api_key_id))?;
    output::line(format_args!("client id       {}", printed.client_id))?;
    output::line(format_args!("client secret   {}", printed.client_secret))?;
    if let Some(secret) = printed.webhook_secret {
        output::line(format_args!("webhook secret  {secret}"))?;
    }
    output::line("Keep them: they are not shown again.")?;
    Ok(())
}

#[derive(Serialize)]
struct ListedTenant<'a> {
    tenant: TenantId,
    name: &'a str,
    created_at: String,
    keys: Vec<ListedKey>,
}

#[derive(Serialize)]
struct ListedKey {
    id: CredentialId,
    kind: &'static str,
    scopes: Vec<Scope>,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revoked_at: Option<String>,
    #[serde(skip)]
    state: &'static str,
}

impl ListedKey {
    fn at(row: &CredentialRow, now: Timestamp) -> Self {
        let state = match row.revoked_at {
            None => "active",
            Some(_) if row.holds(now) => "ending",
            Some(_) => "revoked",
        };
        Self {
            state,
            id: row.id,
            kind: row.kind.name(),
            scopes: row.scopes.clone(),
            created_at: row.created_at.to_string(),
            revoked_at: row.revoked_at.map(|at| at.to_string()),
        }
    }
}

async fn list(arguments: List) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let (mut rows, now) = (Vec::new(), gateway.engine.now());
    for tenant in gateway.engine.tenants().await.context("the tenants cannot be read")? {
        let keys = gateway.engine.credentials(tenant.id).await;
        let keys = keys.context("the keys cannot be read")?;
        let keys: Vec<ListedKey> = keys.iter().map(|row| ListedKey::at(row, now)).collect();
        if arguments.json {
            output::json(&listed(&tenant, keys))?;
        } else {
            rows.extend(keys.iter().map(|key| row(&tenant, key)));
        }
    }
    if !arguments.json {
        output::table(&["TENANT", "ID", "KEY", "KIND", "SCOPES", "STATE"], &rows)?;
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

fn listed(tenant: &TenantRow, keys: Vec<ListedKey>) -> ListedTenant<'_> {
    let created_at = tenant.created_at.to_string();
    ListedTenant { tenant: tenant.id, name: &tenant.name, created_at, keys }
}

fn row(tenant: &TenantRow, key: &ListedKey) -> Vec<String> {
    vec![
        tenant.name.clone(),
        tenant.id.to_string(),
        key.id.to_string(),
        key.kind.to_owned(),
        key.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(","),
        key.state.to_owned(),
    ]
}

#[derive(Serialize)]
struct Revoked {
    tenant: TenantId,
    revoked: CredentialId,
}

#[derive(Serialize)]
struct SessionsEnded {
    tenant: TenantId,
    sessions_ended: bool,
}

/// What is to be withdrawn.
struct Meant {
    tenant: TenantId,
    keys: Vec<CredentialId>,
    /// Whether all sessions of devices end too, those among them that no key opened.
    sessions: bool,
}

impl Meant {
    fn key(tenant: TenantId, key: CredentialId) -> Self {
        Self { tenant, keys: vec![key], sessions: false }
    }
}

async fn revoke(arguments: Revoke) -> anyhow::Result<ExitCode> {
    let gateway = Gateway::open(arguments.installation.find()?).await?;
    let Meant { tenant, keys, sessions } = meant(&gateway.engine, &arguments.id).await?;
    for key in keys {
        let outcome = gateway.engine.revoke_credential(tenant, key).await;
        outcome.with_context(|| format!("the key {key} is not revoked"))?;
        if arguments.json {
            output::json(&Revoked { tenant, revoked: key })?;
        } else {
            output::line(format_args!("revoked {key}"))?;
        }
    }
    if sessions {
        let ended = gateway.engine.end_device_sessions(tenant).await;
        ended.context("the sessions of devices are not ended")?;
        if arguments.json {
            output::json(&SessionsEnded { tenant, sessions_ended: true })?;
        } else {
            output::line("ended all sessions of devices")?;
        }
    }
    gateway.close().await?;
    Ok(ExitCode::SUCCESS)
}

/// The key or session of that id, the key itself, or all of the tenant of that id or name.
async fn meant(engine: &Engine, id: &str) -> anyhow::Result<Meant> {
    let named = id.parse().ok();
    for tenant in engine.tenants().await.context("the tenants cannot be read")? {
        let keys = engine.credentials(tenant.id).await.context("the keys cannot be read")?;
        if tenant.name == id || tenant.id.to_string() == id {
            let now = engine.now();
            let in_force = keys.iter().filter(|key| key.holds(now));
            let keys = in_force.map(|key| key.id).collect();
            return Ok(Meant { tenant: tenant.id, keys, sessions: true });
        }
        // Sessions of devices are credentials that no list has.
        if let Some(key) = named
            && engine.has_credential(tenant.id, key).await.context("the key cannot be read")?
        {
            return Ok(Meant::key(tenant.id, key));
        }
    }
    if id.starts_with(KEY_PREFIX) {
        return pasted(engine, id).await;
    }
    bail!("there is no tenant or key `{id}`; `cartola tenants list` shows them")
}

/// The key that was given itself. It is a secret, so no message repeats it.
async fn pasted(engine: &Engine, key: &str) -> anyhow::Result<Meant> {
    let who = engine.authenticate(key).await.context("the key cannot be tried")?;
    if let Some(who) = who
        && let Actor::Credential(id) = who.actor
    {
        return Ok(Meant::key(who.tenant, id));
    }
    bail!("that API key opens nothing: it was withdrawn, or is none of here")
}
