//! Whose data a command works on.

use anyhow::{Context, bail};
use cartola_engine::Engine;
use cartola_model::Principal;
use cartola_store::tenancy::TenantRow;
use clap::Args;

use crate::installation::{Installation, Named};
use crate::problem::wrong_use;
use crate::wiring::Gateway;

/// Which installation, and whose data in it.
#[derive(Args)]
pub struct Whose {
    #[command(flatten)]
    installation: Named,
    /// Name or id of the tenant; needed where there are several
    #[arg(long)]
    tenant: Option<String>,
}

impl Whose {
    /// The installation, not opened yet.
    pub fn find(&self) -> anyhow::Result<Installation> {
        self.installation.find()
    }

    /// The tenant, in an installation that is open.
    pub async fn choose(&self, engine: &Engine) -> anyhow::Result<TenantRow> {
        choose(engine, self.tenant.as_deref()).await
    }

    /// Both.
    pub async fn open(&self) -> anyhow::Result<(Gateway, TenantRow)> {
        let gateway = Gateway::open(self.find()?).await?;
        let tenant = self.choose(&gateway.engine).await?;
        Ok((gateway, tenant))
    }

    /// The same, and the tenant as whoever operates the gateway acts for it.
    pub async fn open_as_operator(&self) -> anyhow::Result<(Gateway, Principal)> {
        let (gateway, tenant) = self.open().await?;
        Ok((gateway, Principal::operator(tenant.id)))
    }
}

/// The tenant of that name or id; without one, the only one there is.
pub async fn choose(engine: &Engine, wanted: Option<&str>) -> anyhow::Result<TenantRow> {
    let mut tenants = engine.tenants().await.context("the tenants cannot be read")?;
    if tenants.is_empty() {
        bail!("there is no tenant yet; add one with `cartola tenants add NAME`");
    }
    let names = tenants.iter().map(|row| row.name.as_str()).collect::<Vec<_>>().join(", ");
    let Some(wanted) = wanted else {
        return match tenants.len() {
            1 => Ok(tenants.remove(0)),
            _ => Err(wrong_use(format!("name one of the tenants with --tenant: {names}"))),
        };
    };
    let found = tenants.into_iter().find(|row| row.name == wanted || row.id.to_string() == wanted);
    found.with_context(|| format!("there is no tenant `{wanted}`; there are: {names}"))
}
