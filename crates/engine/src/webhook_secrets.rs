//! The secrets that sign what a tenant sends: one, and while receivers change over from one to the
//! next, both.

use cartola_crypto::{DataKey, Place};
use cartola_model::Principal;
use cartola_model::audit::AuditEvent;
use cartola_primitives::id::{CredentialId, TenantId};
use cartola_primitives::{Secret, SignedDuration, Timestamp};
use cartola_store::tenancy::{CredentialKind, CredentialRow};
use cartola_store::{Command, UnitOfWork};
use data_encoding::BASE64;

use crate::once::Reply;
use crate::retry::until_settled;
use crate::tenants::SECRET_BYTES;
use crate::{Engine, EngineError};

/// How long the secrets before a new one go on signing beside it, unless said otherwise.
pub const USUAL_OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// The longest that they can be told to.
pub const MAX_OVERLAP: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A new secret, shown once.
pub struct Rotated {
    /// By which it is listed and withdrawn.
    pub id: CredentialId,
    /// The secret (Standard Webhooks: `whsec_` and base64).
    pub secret: Secret<String>,
    /// Since when it signs.
    pub created_at: Timestamp,
    /// Until when the secrets before it sign too.
    pub others_until: Timestamp,
}

impl Engine {
    /// The secrets of a tenant that were ever made, the oldest first. What they are stays sealed.
    pub async fn webhook_secret_rows(
        &self,
        who: &Principal,
    ) -> Result<Vec<CredentialRow>, EngineError> {
        let mut rows = self.credentials(who.tenant).await?;
        rows.retain(|row| row.kind == CredentialKind::WebhookSecret);
        Ok(rows)
    }

    /// A new secret, which signs from now on whatever is sent, and tried again. Those before it sign
    /// beside it for as long as `overlap`, from nothing to [`MAX_OVERLAP`], or less where they end
    /// earlier as it is.
    pub async fn rotate_webhook_secret(
        &self,
        who: &Principal,
        overlap: SignedDuration,
        reply: Reply<'_, Rotated>,
    ) -> Result<Rotated, EngineError> {
        let reply = &reply;
        let overlap = overlap.clamp(SignedDuration::ZERO, MAX_OVERLAP);
        until_settled(|| async move {
            self.check_ticket(reply.ticket).await?;
            let key = self.vault().key_of(who.tenant, None, self.minter(), self.now()).await?;
            let mut work = UnitOfWork::new(who.tenant, self.now());
            let others_until = work.at + overlap;
            for row in self.webhook_secret_rows(who).await? {
                if row.holds(others_until) {
                    work.push(Command::EndCredential { id: row.id, at: others_until });
                }
            }
            let (secret, row) = self.new_webhook_secret(who.tenant, &key)?;
            let rotated = Rotated { id: row.id, secret, created_at: work.at, others_until };
            let event = AuditEvent::once("webhook_secret.rotated", who.actor, row.id)
                .with("others_until", others_until);
            work.push(Command::AddCredential(CredentialRow { created_at: work.at, ..row }));
            work.push(Command::Audit(event));
            work.commands.extend(reply.command(self, &rotated)?);
            self.store().commit(work).await?;
            Ok(rotated)
        })
        .await
    }

    pub(crate) fn new_webhook_secret(
        &self,
        tenant: TenantId,
        key: &DataKey,
    ) -> Result<(Secret<String>, CredentialRow), EngineError> {
        let secret: [u8; SECRET_BYTES] = self.vault().random();
        let mut row = self.credential(tenant, CredentialKind::WebhookSecret, &[], &secret);
        row.sealed = Some(self.vault().seal(key, &place(tenant, &row.id), &secret)?);
        Ok((Secret::new(format!("whsec_{}", BASE64.encode(&secret))), row))
    }
}

/// Where the secret of a credential is sealed, for the kind that we must use ourselves.
pub(crate) fn place(tenant: TenantId, id: &CredentialId) -> Place<'_> {
    Place { table: "credential", column: "secret", row: id.as_bytes(), tenant }
}
