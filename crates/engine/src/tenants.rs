//! Tenants, their keys, and who a key belongs to.

use cartola_crypto::DataKey;
use cartola_model::access::Actor;
use cartola_model::audit::AuditEvent;
use cartola_model::{Principal, Scope};
use cartola_primitives::Secret;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_store::tenancy::{CredentialKind, CredentialRow, TenantRow};
use cartola_store::{Command, UnitOfWork};
use data_encoding::BASE64URL_NOPAD;

use crate::retry::{MaybeConflict, until_settled};
use crate::vault::purpose;
use crate::{Engine, EngineError};

/// What an API key begins with, so that a leaked one can be searched for.
pub const KEY_PREFIX: &str = "cartola_";

/// Random bytes of every secret.
pub const SECRET_BYTES: usize = 32;

/// Longest name of a tenant, in characters.
pub const MAX_TENANT_NAME: usize = 100;

/// A tenant's keys, shown once and never again.
pub struct NewKeys {
    /// The tenant.
    pub tenant: TenantRow,
    /// Bearer key of `/v1`.
    pub api_key: Secret<String>,
    /// Id of that key, by which it is listed and withdrawn.
    pub api_key_id: CredentialId,
    /// Client id of token endpoints.
    pub client_id: CredentialId,
    /// Client secret of token endpoints.
    pub client_secret: Secret<String>,
    /// What our webhooks are signed with (Standard Webhooks: `whsec_` and base64); none where the
    /// tenant had one that holds.
    pub webhook_secret: Option<Secret<String>>,
}

/// Why a tenant is not added or changed.
#[derive(Debug, thiserror::Error)]
pub enum TenantError {
    /// The name is empty, too long or has control characters.
    #[error(
        "a tenant's name is 1 to {MAX_TENANT_NAME} characters, none of them a control character"
    )]
    Name,
    /// The name is taken.
    #[error("there is a tenant of that name already")]
    Taken,
    /// There is none.
    #[error("there is no such tenant or key")]
    Unknown,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl MaybeConflict for TenantError {
    fn is_conflict(&self) -> bool {
        matches!(self, Self::Engine(error) if error.is_conflict())
    }
}

impl Engine {
    /// All tenants.
    pub async fn tenants(&self) -> Result<Vec<TenantRow>, EngineError> {
        Ok(self.store().tenants().await?)
    }

    /// All credentials of a tenant.
    pub async fn credentials(&self, tenant: TenantId) -> Result<Vec<CredentialRow>, EngineError> {
        Ok(self.store().credentials(tenant).await?)
    }

    /// Whether a tenant has, or had, a credential of that id: a session of a device too, which no list
    /// has.
    pub async fn has_credential(
        &self,
        tenant: TenantId,
        id: CredentialId,
    ) -> Result<bool, EngineError> {
        Ok(self.store().credential_by_id(tenant, id).await?.is_some())
    }

    /// A new tenant with all its keys. The API key has the scopes named.
    pub async fn add_tenant(&self, name: &str, scopes: &[Scope]) -> Result<NewKeys, TenantError> {
        let name = name.trim();
        let length = name.chars().count();
        if !(1..=MAX_TENANT_NAME).contains(&length) || name.chars().any(char::is_control) {
            return Err(TenantError::Name);
        }
        // A conflict: somebody took the name, or the master key changed a moment ago.
        until_settled(|| self.try_add_tenant(name, scopes)).await
    }

    async fn try_add_tenant(&self, name: &str, scopes: &[Scope]) -> Result<NewKeys, TenantError> {
        let now = self.now();
        let tenant = TenantRow { id: self.minter().mint(), name: name.to_owned(), created_at: now };
        if self.tenants().await?.iter().any(|known| known.name == tenant.name) {
            return Err(TenantError::Taken);
        }
        let (key, key_row) = self.vault().new_key(tenant.id, None, self.minter(), now).await?;
        let mut work = UnitOfWork::new(tenant.id, now)
            .with(Command::AddTenant(tenant.clone()))
            .with(Command::AddDataKey(key_row))
            .with(Command::Audit(AuditEvent::once("tenant.added", Actor::Operator, tenant.id)));
        let mut keys = self.issue_keys(tenant, scopes, &mut work);
        keys.webhook_secret = Some(self.issue_webhook_secret(keys.tenant.id, &key, &mut work)?);
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(keys)
    }

    /// Further keys for a tenant; those there are stay as they are. What signs its webhooks goes on
    /// doing so alone: receivers know no other. Only where nothing does any more, there is a new one.
    pub async fn issue(&self, tenant: TenantRow, scopes: &[Scope]) -> Result<NewKeys, TenantError> {
        let now = self.now();
        let key = self.vault().key_of(tenant.id, None, self.minter(), now).await?;
        let mut work = UnitOfWork::new(tenant.id, now);
        let known = self.credentials(tenant.id).await?;
        let mut signing = known.iter().filter(|row| row.kind == CredentialKind::WebhookSecret);
        let mut keys = self.issue_keys(tenant, scopes, &mut work);
        if !signing.any(|row| row.holds(now)) {
            keys.webhook_secret =
                Some(self.issue_webhook_secret(keys.tenant.id, &key, &mut work)?);
        }
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(keys)
    }

    /// Keys for programs.
    fn issue_keys(&self, tenant: TenantRow, scopes: &[Scope], work: &mut UnitOfWork) -> NewKeys {
        let (api_key, api_row) = self.new_api_key(tenant.id, scopes);
        let (client_secret, client_row) = self.new_client_secret(tenant.id, scopes);
        let (api_key_id, client_id) = (api_row.id, client_row.id);
        work.commands.extend([api_row, client_row].into_iter().flat_map(issued));
        let webhook_secret = None;
        NewKeys { tenant, api_key, api_key_id, client_id, client_secret, webhook_secret }
    }

    fn issue_webhook_secret(
        &self,
        tenant: TenantId,
        key: &DataKey,
        work: &mut UnitOfWork,
    ) -> Result<Secret<String>, EngineError> {
        let (secret, row) = self.new_webhook_secret(tenant, key)?;
        work.commands.extend(issued(row));
        Ok(secret)
    }

    fn new_api_key(&self, tenant: TenantId, scopes: &[Scope]) -> (Secret<String>, CredentialRow) {
        let secret: [u8; SECRET_BYTES] = self.vault().random();
        let text = format!("{KEY_PREFIX}{}", named(tenant, &secret));
        let row = self.credential(tenant, CredentialKind::ApiKey, scopes, &secret);
        (Secret::new(text), row)
    }

    fn new_client_secret(
        &self,
        tenant: TenantId,
        scopes: &[Scope],
    ) -> (Secret<String>, CredentialRow) {
        let secret: [u8; SECRET_BYTES] = self.vault().random();
        let row = self.credential(tenant, CredentialKind::ClientSecret, scopes, &secret);
        (Secret::new(named(tenant, &secret)), row)
    }

    pub(crate) fn credential(
        &self,
        tenant: TenantId,
        kind: CredentialKind,
        scopes: &[Scope],
        secret: &[u8],
    ) -> CredentialRow {
        CredentialRow {
            id: self.minter().mint(),
            kind,
            scopes: scopes.to_vec(),
            digest: self.vault().digest(purpose::CREDENTIAL, tenant, secret),
            sealed: None,
            created_at: self.now(),
            revoked_at: None,
        }
    }

    /// Withdraws one credential, a session of a device too. It opens nothing from the next request on.
    pub async fn revoke_credential(
        &self,
        tenant: TenantId,
        id: CredentialId,
    ) -> Result<(), TenantError> {
        until_settled(|| async move {
            let known = self.store().credential_by_id(tenant, id).await;
            let row = known.map_err(EngineError::from)?.ok_or(TenantError::Unknown)?;
            if !row.holds(self.now()) {
                return Ok(());
            }
            let work = UnitOfWork::new(tenant, self.now())
                .with(Command::RevokeCredential(id))
                .with(Command::Audit(AuditEvent::once("credential.revoked", Actor::Operator, id)));
            self.store().commit(work).await.map_err(EngineError::from)?;
            Ok(())
        })
        .await
    }

    /// Who an API key belongs to; `None` if it opens nothing. Asked at every request: a key that
    /// was revoked a moment ago is refused.
    pub async fn authenticate(&self, key: &str) -> Result<Option<Principal>, EngineError> {
        match key.strip_prefix(KEY_PREFIX) {
            Some(key) => self.opened_by(CredentialKind::ApiKey, key).await,
            None => Ok(None),
        }
    }

    /// Which client this is; `None` if the secret opens nothing or is another client's, and the
    /// answer does not tell which. The secret is found by its keyed digest, so that no comparison
    /// takes longer the more of it is right.
    pub async fn authenticate_client(
        &self,
        id: &str,
        secret: &str,
    ) -> Result<Option<Principal>, EngineError> {
        let who = self.opened_by(CredentialKind::ClientSecret, secret).await?;
        let named = id.parse().map(Actor::Credential);
        Ok(who.filter(|who| named == Ok(who.actor)))
    }

    async fn opened_by(
        &self,
        kind: CredentialKind,
        named: &str,
    ) -> Result<Option<Principal>, EngineError> {
        let Some((tenant, secret)) = parse_named(named) else { return Ok(None) };
        let digest = self.vault().digest(purpose::CREDENTIAL, tenant, secret.expose());
        let row = self.store().credential(tenant, &digest).await?;
        Ok(row.and_then(|row| principal(tenant, row, kind)))
    }
}

/// Who acts through a credential, if it is of that kind and nobody has withdrawn it. When that was
/// does not count: the clock of another process may be ahead.
pub(crate) fn principal(
    tenant: TenantId,
    row: CredentialRow,
    kind: CredentialKind,
) -> Option<Principal> {
    let opens = row.kind == kind && row.revoked_at.is_none();
    opens.then_some(Principal { tenant, actor: Actor::Credential(row.id), scopes: row.scopes })
}

/// A secret as its holder has it: in front of it stands whose it is, so that it is looked for
/// among that tenant's alone.
fn named(tenant: TenantId, secret: &[u8; SECRET_BYTES]) -> String {
    let bytes = Secret::new([tenant.as_bytes().as_slice(), secret].concat());
    BASE64URL_NOPAD.encode(bytes.expose())
}

fn parse_named(text: &str) -> Option<(TenantId, Secret<Vec<u8>>)> {
    let bytes = Secret::new(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?);
    let (tenant, secret) = bytes.expose().split_first_chunk()?;
    (secret.len() == SECRET_BYTES)
        .then(|| (TenantId::from_bytes(*tenant), Secret::new(secret.to_vec())))
}

fn issued(row: CredentialRow) -> [Command; 2] {
    let event = AuditEvent::once("credential.issued", Actor::Operator, row.id)
        .with("kind", row.kind.name());
    [Command::AddCredential(row), Command::Audit(event)]
}
