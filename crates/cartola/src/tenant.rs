//! Whose data a command works on.

use anyhow::{Context, bail};
use cartola_engine::Engine;
use cartola_store::tenancy::TenantRow;

use crate::problem::wrong_use;

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
