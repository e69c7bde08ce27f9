//! Messages to others: sealed for the outbox, and opened for whoever delivers it.
//!
//! What an envelope says is known to `events` alone. Here it is bytes.

use cartola_crypto::{Sealed, WebhookSecret};
use cartola_primitives::Secret;
use cartola_primitives::id::{MessageId, TenantId};
use cartola_store::jobs::Lane;
use cartola_store::tenancy::{CredentialKind, CredentialRow};
use cartola_store::{Command, UnitOfWork};

use crate::vault::purpose;
use crate::webhook_secrets::place;
use crate::{Engine, EngineError};

pub use cartola_store::outbox::{MAX_MESSAGE_BYTES, MessageOrder, PlainMessage};

/// Letters of the digest by which a receiver is told from others, of which a lane's name has room.
const RECEIVER_DIGITS: usize = 40;

/// Where a message goes, in plain.
#[derive(Clone, Copy)]
pub struct Towards<'a> {
    /// The URL, always written in the same way: messages to one are known by its keyed digest.
    pub url: &'a str,
    /// Who answers there, such as host and port.
    pub receiver: &'a str,
}

impl Engine {
    /// The secrets that sign what a tenant sends at this moment, the newest first. There are several
    /// while receivers change over from one to the next; those that have ended are not among them,
    /// and beyond `at_most` the oldest are left out.
    pub async fn webhook_secrets(
        &self,
        tenant: TenantId,
        at_most: usize,
    ) -> Result<Vec<WebhookSecret>, EngineError> {
        let mut known = self.credentials(tenant).await?;
        let now = self.now();
        known.retain(|row| row.kind == CredentialKind::WebhookSecret && row.holds(now));
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
        let bytes = self.vault().open_sealed(&place(tenant, &row.id), sealed).await?;
        Ok(Some(WebhookSecret::from_bytes(bytes)?))
    }

    /// A message under a new id, sealed under the tenant's data key. `to` is where its envelope
    /// leads.
    pub async fn seal_message(
        &self,
        tenant: TenantId,
        to: Towards<'_>,
        plain: &PlainMessage,
    ) -> Result<MessageOrder, EngineError> {
        let key = self.vault().key_of(tenant, None, self.minter(), self.now()).await?;
        let id = self.minter().mint();
        let place = MessageOrder::envelope_place(tenant, &id);
        let envelope = self.vault().seal(&key, &place, plain.envelope.expose())?;
        let place = MessageOrder::body_place(tenant, &id);
        let body = self.vault().seal(&key, &place, plain.body.expose())?;
        let destination = self.vault().digest(purpose::DESTINATION, tenant, to.url.as_bytes());
        let receiver = Some(self.lane_of(to.receiver));
        Ok(MessageOrder { id, destination, receiver, envelope, body })
    }

    /// What messages to one receiver keep busy, whichever tenants they are of: one that hangs is not to
    /// have a share for each.
    fn lane_of(&self, receiver: &str) -> Lane {
        let digits = self.vault().digest_for_all(purpose::RECEIVER, receiver.as_bytes()).hex();
        Lane::parse(&digits[..RECEIVER_DIGITS]).expect("hexadecimal digits name a lane")
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
        let envelope = self.open_envelope(tenant, order.id, &order.envelope).await?;
        let place = MessageOrder::body_place(tenant, &order.id);
        let body = self.vault().open_sealed(&place, &order.body).await?;
        Ok(PlainMessage { envelope, body })
    }

    /// The envelope of a message alone: whoever lists messages has no business with bodies.
    pub async fn open_envelope(
        &self,
        tenant: TenantId,
        id: MessageId,
        sealed: &Sealed,
    ) -> Result<Secret<Vec<u8>>, EngineError> {
        let place = MessageOrder::envelope_place(tenant, &id);
        self.vault().open_sealed(&place, sealed).await
    }
}
