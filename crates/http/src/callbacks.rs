//! Callbacks and webhooks, as facades write them.
//!
//! A facade checks the URL when it is told it, keeps it in whatever job will have something to say,
//! and composes the message when there is something. The message is a value: the unit of work that
//! decides that something happened takes it along, as `Command::AddMessage`, and what delivers the
//! outbox does the rest.

use cartola_engine::messages::MessageHead;
use cartola_engine::outbox::{PlainMessage, Towards};
use cartola_engine::{Engine, EngineError};
use cartola_events::Destination;
use cartola_events::destination::DestinationError;
use cartola_primitives::Secret;
use cartola_primitives::id::TenantId;

pub use cartola_engine::outbox::MessageOrder;
pub use cartola_events::Stamp;
pub use cartola_events::signature::MAX_SECRETS;
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

    /// A message under a new id, sealed for its tenant. Each attempt is signed by the webhook secrets
    /// that the tenant has at that moment.
    pub async fn compose(
        &self,
        tenant: TenantId,
        callback: Callback<'_>,
    ) -> Result<MessageOrder, CallbackError> {
        let Callback { url, headers, body } = callback;
        self.compose_to(tenant, Destination::new(url, headers)?, body).await
    }

    /// The same, signed in the provider's own header too.
    pub async fn compose_stamped(
        &self,
        tenant: TenantId,
        callback: Callback<'_>,
        stamp: Stamp,
    ) -> Result<MessageOrder, CallbackError> {
        let Callback { url, headers, body } = callback;
        self.compose_to(tenant, Destination::new(url, headers)?.stamped(stamp), body).await
    }

    async fn compose_to(
        &self,
        tenant: TenantId,
        destination: Destination,
        body: Vec<u8>,
    ) -> Result<MessageOrder, CallbackError> {
        let (known_as, receiver) = (destination.url().to_text(), destination.url().receiver());
        let envelope = destination.to_bytes();
        let plain = PlainMessage { envelope, body: Secret::new(body) };
        let to = Towards { url: &known_as, receiver: &receiver };
        let order = self.engine.seal_message(tenant, to, &plain).await?;
        order.check().map_err(|_| CallbackError::TooLong)?;
        Ok(order)
    }
}

/// Host and port of where a message goes: as much of its URL as may be shown, since path and query may
/// hold secrets. Nothing where its envelope cannot be opened.
pub async fn receiver_of(
    engine: &Engine,
    tenant: TenantId,
    message: &MessageHead,
) -> Option<String> {
    let sealed = engine.open_envelope(tenant, message.id, &message.envelope).await.ok()?;
    Some(Destination::from_bytes(&sealed).ok()?.url().receiver())
}
