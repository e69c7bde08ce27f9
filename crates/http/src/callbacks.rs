//! Callbacks and webhooks, as facades write them.
//!
//! A facade checks the URL when it is told it, keeps it in whatever job will have something to say,
//! and composes the message when there is something. The message is a value: the unit of work that
//! decides that something happened takes it along, as `Command::AddMessage`, and what delivers the
//! outbox does the rest.

use cartola_engine::outbox::PlainMessage;
use cartola_engine::{Engine, EngineError};
use cartola_events::Destination;
use cartola_events::destination::{DestinationError, MAX_SECRETS};
use cartola_primitives::Secret;
use cartola_primitives::id::TenantId;

pub use cartola_engine::outbox::MessageOrder;
pub use cartola_events::url::{TargetUrl, UrlError};

/// Composes callbacks. Cheap to clone.
#[derive(Clone)]
pub struct Callbacks {
    engine: Engine,
    client: cartola_events::Client,
}

/// What is to be told, and to whom.
pub struct Callback<'a> {
    /// Where it goes.
    pub url: TargetUrl,
    /// The provider's own headers, such as a key that the receiver gave us: names and values. The
    /// content type is JSON unless one of them says otherwise.
    pub headers: &'a [(String, String)],
    /// The body, as the receiver gets it.
    pub body: Vec<u8>,
}

/// Why there is no message.
#[derive(Debug, thiserror::Error)]
pub enum CallbackError {
    /// The headers are not sound.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// Headers and body are more than the outbox takes
    /// ([`cartola_engine::outbox::MAX_MESSAGE_BYTES`]).
    #[error("a callback is longer than the outbox takes")]
    TooLong,
    /// Anything else.
    #[error(transparent)]
    Engine(#[from] EngineError),
}

impl Callbacks {
    /// Composes with an engine's keys. `client` is one of the reach that deliveries have.
    pub fn new(engine: Engine, client: cartola_events::Client) -> Self {
        Self { engine, client }
    }

    /// Checks a URL that somebody wants to be called back at: its form, and that it leads to no
    /// address that is never called. A name that does not resolve yet is taken, since every
    /// delivery looks again. Takes [`cartola_events::client::LOOK_UP`] at most.
    pub async fn check(&self, url: &str) -> Result<TargetUrl, UrlError> {
        let url = TargetUrl::parse(url)?;
        self.client.admit(&url).await?;
        Ok(url)
    }

    /// A message under a new id, sealed for its tenant, to be signed by the webhook secrets that the
    /// tenant has now: at most [`MAX_SECRETS`], the newest.
    pub async fn compose(
        &self,
        tenant: TenantId,
        callback: Callback<'_>,
    ) -> Result<MessageOrder, CallbackError> {
        let Callback { url, headers, body } = callback;
        let secrets = self.engine.webhook_secrets(tenant, MAX_SECRETS).await?;
        let known_as = url.to_text();
        let envelope = Destination::new(url, headers, secrets)?.to_bytes();
        let plain = PlainMessage { envelope, body: Secret::new(body) };
        let order = self.engine.seal_message(tenant, &known_as, &plain).await?;
        order.check().map_err(|_| CallbackError::TooLong)?;
        Ok(order)
    }
}
