//! The outbox of a gateway: who opens its messages, and who delivers them.

use std::sync::Arc;

use async_trait::async_trait;
use cartola_crypto::WebhookSecret;
use cartola_engine::Engine;
use cartola_engine::outbox::{MessageOrder, PlainMessage};
use cartola_events::signature::MAX_SECRETS;
use cartola_events::{Client, Opener, Parts, SystemResolver, Worker};
use cartola_primitives::clock::SystemClock;
use cartola_primitives::id::{CredentialId, IdMinter, TenantId};
use cartola_primitives::randomness::OsRandomness;

use crate::wiring::Gateway;

/// Opens messages by the engine's vault.
pub struct Vaulted(pub Engine);

#[async_trait]
impl Opener for Vaulted {
    async fn open(&self, tenant: TenantId, order: &MessageOrder) -> Option<PlainMessage> {
        match self.0.open_message(tenant, order).await {
            Ok(plain) => Some(plain),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(message = %order.id, error, "outbox.message.not_opened");
                None
            }
        }
    }

    async fn secrets(&self, tenant: TenantId) -> Option<Vec<WebhookSecret>> {
        match self.0.webhook_secrets(tenant, MAX_SECRETS).await {
            Ok(secrets) => Some(secrets),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(%tenant, error, "outbox.secrets.not_opened");
                None
            }
        }
    }

    async fn secrets_of(
        &self,
        tenant: TenantId,
        subscription: CredentialId,
    ) -> Option<Vec<WebhookSecret>> {
        match self.0.subscription_secrets(tenant, subscription, MAX_SECRETS).await {
            Ok(secrets) => Some(secrets),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(%subscription, error, "outbox.secrets.not_opened");
                None
            }
        }
    }
}

/// The client that calls receivers, and checks their URLs when they are registered.
pub fn client(gateway: &Gateway) -> Client {
    Client::new(gateway.reach, Arc::new(SystemResolver))
}

/// Delivers what the gateway's store has to send. On a data folder the process holds its lock, and
/// nobody else delivers.
pub fn worker(gateway: &Gateway) -> Worker {
    let randomness = Arc::new(OsRandomness);
    let minter = IdMinter::new(gateway.clock.clone(), randomness.clone());
    Worker::new(Parts {
        store: gateway.store.clone(),
        opener: Arc::new(Vaulted(gateway.engine.clone())),
        client: client(gateway),
        clock: gateway.clock.clone(),
        wall_clock: Arc::new(SystemClock),
        monotonic: gateway.backend.monotonic(minter.mint()),
        randomness,
        minter: Arc::new(minter),
        alone: !gateway.backend.is_shared(),
    })
}
