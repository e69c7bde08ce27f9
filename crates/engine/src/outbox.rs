//! Messages to others: sealed for the outbox, and opened for whoever delivers it.
//!
//! What an envelope says is known to `events` alone. Here it is bytes.

use cartola_crypto::WebhookSecret;
use cartola_primitives::id::TenantId;
use cartola_store::tenancy::{CredentialKind, CredentialRow};
use cartola_store::{Command, UnitOfWork};

use crate::tenants::secret_place;
use crate::vault::purpose;
use crate::{Engine, EngineError};

pub use cartola_store::outbox::{MAX_MESSAGE_BYTES, MessageOrder, PlainMessage};

impl Engine {
    /// The secrets that sign what a tenant sends, the newest first. There are several while
    /// receivers change over from one to the next; those that were revoked are not among them, and
    /// beyond `at_most` the oldest are left out.
    pub async fn webhook_secrets(
        &self,
        tenant: TenantId,
        at_most: usize,
    ) -> Result<Vec<WebhookSecret>, EngineError> {
        let mut known = self.credentials(tenant).await?;
        known.retain(|row| row.kind == CredentialKind::WebhookSecret && row.revoked_at.is_none());
        known.sort_by_key(|row| std::cmp::Reverse(row.id));
        let mut secrets = Vec::new();
        for row in known.iter().take(at_most) {
            secrets.extend(self.open_webhook_secret(tenant, row).await?);
        }
        Ok(secrets)
    }

    async fn open_webhook_secret(
        &self,
        tenant: TenantId,
        row: &CredentialRow,
    ) -> Result<Option<WebhookSecret>, EngineError> {
        let Some(sealed) = &row.sealed else { return Ok(None) };
        let bytes = self.vault().open_sealed(&secret_place(tenant, &row.id), sealed).await?;
        Ok(Some(WebhookSecret::from_bytes(bytes)?))
    }

    /// A message under a new id, sealed under the tenant's data key. `url` is where its envelope
    /// leads, always written in the same way: messages to one URL are known by its keyed digest.
    pub async fn seal_message(
        &self,
        tenant: TenantId,
        url: &str,
        plain: &PlainMessage,
    ) -> Result<MessageOrder, EngineError> {
        let key = self.vault().key_of(tenant, None, self.minter(), self.now()).await?;
        let id = self.minter().mint();
        let place = MessageOrder::envelope_place(tenant, &id);
        let envelope = self.vault().seal(&key, &place, plain.envelope.expose())?;
        let place = MessageOrder::body_place(tenant, &id);
        let body = self.vault().seal(&key, &place, plain.body.expose())?;
        let destination = self.vault().digest(purpose::DESTINATION, tenant, url.as_bytes());
        Ok(MessageOrder { id, destination, envelope, body })
    }

    /// Puts a message that nothing else is decided with into the outbox.
    pub async fn send(&self, tenant: TenantId, order: MessageOrder) -> Result<(), EngineError> {
        let work = UnitOfWork::new(tenant, self.now()).with(Command::AddMessage(order));
        self.store().commit(work).await?;
        Ok(())
    }

    /// What [`Self::seal_message`] sealed.
    pub async fn open_message(
        &self,
        tenant: TenantId,
        order: &MessageOrder,
    ) -> Result<PlainMessage, EngineError> {
        let place = MessageOrder::envelope_place(tenant, &order.id);
        let envelope = self.vault().open_sealed(&place, &order.envelope).await?;
        let place = MessageOrder::body_place(tenant, &order.id);
        let body = self.vault().open_sealed(&place, &order.body).await?;
        Ok(PlainMessage { envelope, body })
    }
}
