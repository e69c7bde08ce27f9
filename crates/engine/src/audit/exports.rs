//! Exports that are signed: what was written, from what, and by whom, so that a regulator can tell
//! whether a file is as it left the gateway.

use cartola_crypto::ContentHash;
use cartola_crypto::jws::{TokenError, VerifyingKey};
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::{PersonId, TenantId};
use cartola_primitives::{Date, Timestamp};
use cartola_store::{Command, UnitOfWork};
use serde::{Deserialize, Serialize};

use super::anchors::AnchorUnread;
use crate::{Engine, EngineError};

/// `typ` of what is signed of an export.
const KIND: &str = "cartola-audit-export+jws";

/// What is signed of an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exported {
    /// The SHA-256 of the file.
    pub sha256: ContentHash,
    /// Its length.
    pub bytes: u64,
    /// How many rows it has.
    pub rows: u64,
    /// What was written, such as `accesses`.
    pub what: String,
    /// `csv` or `json`.
    pub format: String,
    /// Whose trail.
    pub tenant: TenantId,
    /// What the tenant is called.
    pub tenant_name: String,
    /// About whom alone, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// The first day, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The last day, where that was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Date>,
    /// The trail's last entry when the file was begun.
    pub sequence: u64,
    /// The hash of that entry.
    pub hash: cartola_crypto::ChainHash,
    /// When the file was written.
    pub exported_at: Timestamp,
}

impl Exported {
    /// What is signed of an export that this key has signed.
    pub fn read(key: &VerifyingKey, signed: &str) -> Result<Self, AnchorUnread> {
        let payload = key.statement(KIND, signed)?;
        serde_json::from_slice(&payload).map_err(AnchorUnread::Content)
    }
}

/// Why an export is not signed.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// It says more than a signed text has room for: the tenant's name is too long.
    #[error("what is to be signed of the export is too long")]
    TooLong(#[source] TokenError),
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Engine {
    /// Where a tenant's trail ends.
    pub async fn audit_head(
        &self,
        tenant: TenantId,
    ) -> Result<cartola_crypto::ChainHead, EngineError> {
        self.recorded_head(tenant).await
    }

    /// Signs an export, and records it in the trail.
    pub async fn sign_export(
        &self,
        who: &Principal,
        says: &Exported,
    ) -> Result<String, ExportError> {
        let payload = serde_json::to_vec(says).map_err(EngineError::Content)?;
        let signed = self.audit_key().await?.sign_statement(KIND, &payload);
        let signed = signed.map_err(ExportError::TooLong)?;
        let mut event = AuditEvent::once("audit.exported", who.actor, &says.what)
            .with("rows", says.rows)
            .with("sha256", says.sha256);
        if let Some(person) = says.person {
            event = event.with("person", person);
        }
        let work = UnitOfWork::new(who.tenant, self.now()).with(Command::Audit(event));
        self.store().commit(work).await.map_err(EngineError::from)?;
        Ok(signed)
    }
}
