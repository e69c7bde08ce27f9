//! PINs, hashed slowly on threads of their own.

use cartola_crypto::PinHash;
use cartola_model::authorization::Pin;
use cartola_primitives::Secret;
use cartola_primitives::id::{EnrolmentId, TenantId};

use crate::{Engine, EngineError};

impl Engine {
    pub(super) async fn hashed_pin(
        &self,
        of: (TenantId, EnrolmentId),
        pin: &Pin,
    ) -> Result<PinHash, EngineError> {
        self.on_pin(of, pin, |engine, (tenant, id), pin| {
            let cost = engine.inner.rules.pin_cost;
            engine.vault().hash_pin((tenant, id.as_bytes()), pin, cost)
        })
        .await
    }

    pub(super) async fn is_pin(
        &self,
        of: (TenantId, EnrolmentId),
        pin: &Pin,
        kept: PinHash,
    ) -> Result<bool, EngineError> {
        self.on_pin(of, pin, move |engine, (tenant, id), pin| {
            engine.vault().is_pin((tenant, id.as_bytes()), pin, &kept)
        })
        .await
    }

    async fn on_pin<T: Send + 'static>(
        &self,
        of: (TenantId, EnrolmentId),
        pin: &Pin,
        hash: impl FnOnce(&Self, (TenantId, EnrolmentId), &str) -> Result<T, EngineError>
        + Send
        + 'static,
    ) -> Result<T, EngineError> {
        let turn = self.inner.hashing.turn().await?;
        let (engine, pin) = (self.clone(), Secret::new(pin.expose().to_owned()));
        let hashed = tokio::task::spawn_blocking(move || {
            // Held by the work and not by who waits for it, who may be gone.
            let _turn = turn;
            hash(&engine, of, pin.expose())
        });
        hashed.await.map_err(|_| EngineError::Interrupted)?
    }
}
