//! The demo's tenant and its keys, which lie in plain in the demo's folder and nowhere else.

use std::path::Path;

use anyhow::Context;
use cartola_engine::Engine;
use cartola_engine::tenants::NewKeys;
use cartola_model::{Principal, Scope};
use cartola_primitives::Secret;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_store::tenancy::TenantRow;
use serde::{Deserialize, Serialize};

use crate::folder;
use crate::keys::read_text;

/// The file of the keys within the demo's folder.
pub const FILE: &str = "demo-keys.json";

/// Name of the demo's tenant.
const TENANT: &str = "demo";

/// What the demo's tenant is known by.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DemoKeys {
    pub tenant: TenantId,
    pub api_key: Secret<String>,
    pub client_id: CredentialId,
    pub client_secret: Secret<String>,
    pub webhook_secret: Secret<String>,
}

#[derive(Serialize)]
struct Plain<'a> {
    tenant: TenantId,
    api_key: &'a str,
    client_id: CredentialId,
    client_secret: &'a str,
    webhook_secret: &'a str,
}

impl DemoKeys {
    /// Nothing of keys that came without a secret.
    fn of(keys: NewKeys) -> Option<Self> {
        let NewKeys { tenant, api_key, client_id, client_secret, webhook_secret, .. } = keys;
        let webhook_secret = webhook_secret?;
        Some(Self { tenant: tenant.id, api_key, client_id, client_secret, webhook_secret })
    }

    fn write(&self, path: &Path) -> anyhow::Result<()> {
        let plain = Plain {
            tenant: self.tenant,
            api_key: self.api_key.expose(),
            client_id: self.client_id,
            client_secret: self.client_secret.expose(),
            webhook_secret: self.webhook_secret.expose(),
        };
        let text = Secret::new(serde_json::to_string_pretty(&plain)? + "\n");
        folder::write_private(path, text.expose().as_bytes())
            .with_context(|| format!("{} cannot be written", path.display()))
    }

    /// Whether programs get in with both: the bearer key, and the client's id and secret.
    async fn open_their_tenant(&self, engine: &Engine) -> anyhow::Result<bool> {
        const TRYING: &str = "the demo's keys cannot be tried";
        let (id, secret) = (self.client_id.to_string(), self.client_secret.expose());
        let by_key = engine.authenticate(self.api_key.expose()).await.context(TRYING)?;
        let by_secret = engine.authenticate_client(&id, secret).await.context(TRYING)?;
        let opens = |who: Option<Principal>| who.is_some_and(|who| who.tenant == self.tenant);
        Ok(opens(by_key) && opens(by_secret))
    }
}

/// The keys in the folder, or new ones where not all of them open the tenant.
pub async fn same_or_new(engine: &Engine, data: &Path) -> anyhow::Result<DemoKeys> {
    let path = data.join(FILE);
    if path.exists() {
        match serde_json::from_str::<DemoKeys>(read_text(&path)?.expose()) {
            Ok(keys) if keys.open_their_tenant(engine).await? => return Ok(keys),
            Ok(_) => tracing::warn!("demo.keys.replaced: not all in the folder open the tenant"),
            Err(_) => tracing::warn!("demo.keys.replaced: the file in the folder is damaged"),
        }
    }
    let keys = DemoKeys::of(new(engine).await?);
    let keys =
        keys.context("somebody else gives the demo keys at the same time; start it again")?;
    keys.write(&path)?;
    Ok(keys)
}

/// Keys that were made and not written down before the process ended are nobody's: they are
/// withdrawn before others are made.
async fn new(engine: &Engine) -> anyhow::Result<NewKeys> {
    let tenants = engine.tenants().await.context("the tenants cannot be read")?;
    let known: Option<TenantRow> = tenants.into_iter().find(|row| row.name == TENANT);
    let made = match known {
        None => engine.add_tenant(TENANT, &Scope::ALL).await,
        Some(tenant) => {
            withdraw_all(engine, tenant.id).await?;
            engine.issue(tenant, &Scope::ALL).await
        }
    };
    made.context("the demo's keys cannot be made")
}

async fn withdraw_all(engine: &Engine, tenant: TenantId) -> anyhow::Result<()> {
    let keys = engine.credentials(tenant).await.context("the keys cannot be read")?;
    for key in keys.iter().filter(|key| key.revoked_at.is_none()) {
        let outcome = engine.revoke_credential(tenant, key.id).await;
        outcome.context("an earlier key cannot be withdrawn")?;
    }
    Ok(())
}
