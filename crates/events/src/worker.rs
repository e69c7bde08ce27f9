//! The worker that delivers the outbox.
//!
//! It claims messages, a few at a time, sends each one under its lease, and records what came of it
//! in one unit of work that ends the lease. When the process dies, or the store fails, between
//! sending and recording, the message is sent again: with the same id, by which receivers know it.

mod count;
mod delivery;
mod taken;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use cartola_crypto::WebhookSecret;
use cartola_primitives::id::{CredentialId, IdMinter, TenantId};
use cartola_primitives::{Clock, Monotonic, Randomness};
use cartola_store::jobs::{ClaimedJob, Claimer, ClaimerParts, LOOK_AGAIN, Limits, Queue};
use cartola_store::outbox::{MessageOrder, PlainMessage};
use cartola_store::{Store, StoreError};
use tokio::task::JoinSet;

use crate::Client;
use crate::client::TIMEOUT;

use self::taken::Taken;

/// Messages that are sent at once by one process.
pub const MAX_SENDING: usize = 128;

/// Messages to one receiver that are sent at once, by all processes: one that hangs holds so many
/// places and no more, whatever waits for it.
pub const MAX_TO_RECEIVER: u32 = 8;

/// Messages of one tenant that are sent at once, by all processes.
pub const MAX_OF_TENANT: u32 = 64;

/// How long a lease lasts. It is never prolonged: a delivery is over long before.
pub const TERM: Duration = Duration::from_mins(1);

/// How many places a receiver and a tenant have.
pub const LIMITS: Limits =
    Limits { of_lane: Some(MAX_TO_RECEIVER), of_tenant: Some(MAX_OF_TENANT) };

const _: () = assert!(TERM.as_secs() >= 3 * TIMEOUT.as_secs(), "a delivery fits into its lease");

/// Opens what is sealed of messages, and nothing else: the keys stay where they are.
#[async_trait]
pub trait Opener: Send + Sync {
    /// The message in plain, or nothing where it cannot be opened. Whoever implements this logs why,
    /// here and below.
    async fn open(&self, tenant: TenantId, order: &MessageOrder) -> Option<PlainMessage>;

    /// The secrets that sign for a tenant at this moment, at most
    /// [`MAX_SECRETS`](crate::signature::MAX_SECRETS), or nothing where they cannot be opened.
    async fn secrets(&self, tenant: TenantId) -> Option<Vec<WebhookSecret>>;

    /// The secrets of one subscription that sign for it at this moment, at most
    /// [`MAX_SECRETS`](crate::signature::MAX_SECRETS), or nothing where they cannot be opened.
    async fn secrets_of(
        &self,
        tenant: TenantId,
        subscription: CredentialId,
    ) -> Option<Vec<WebhookSecret>>;
}

/// What the worker works with.
#[derive(Clone)]
pub struct Parts {
    /// Where the outbox is.
    pub store: Arc<dyn Store>,
    /// Opens what is sealed in it.
    pub opener: Arc<dyn Opener>,
    /// Calls receivers.
    pub client: Client,
    /// Business time: what is due.
    pub clock: Arc<dyn Clock>,
    /// The time of the world, which receivers compare with theirs: a sandbox's clock may be ahead.
    pub wall_clock: Arc<dyn Clock>,
    /// Monotonic time: how long a lease lasts.
    pub monotonic: Arc<dyn Monotonic>,
    /// Jitter.
    pub randomness: Arc<dyn Randomness>,
    /// Makes the ids of leases.
    pub minter: Arc<IdMinter>,
    /// Whether no other process delivers from this store, so that leases of other epochs are over.
    pub alone: bool,
}

/// The worker. Run one per process.
pub struct Worker {
    parts: Parts,
    claimer: Claimer,
}

impl Worker {
    /// A worker that has not begun.
    pub fn new(parts: Parts) -> Self {
        let claimer = Claimer::new(ClaimerParts {
            store: parts.store.clone(),
            clock: parts.clock.clone(),
            monotonic: parts.monotonic.clone(),
            minter: parts.minter.clone(),
            queue: Queue::Outbox,
            term: TERM,
            limits: LIMITS,
            alone: parts.alone,
        });
        Self { parts, claimer }
    }

    /// Delivers until `stop` is ready, and then until what is being sent is recorded.
    pub async fn run(&self, stop: impl Future<Output = ()> + Send) {
        tokio::pin!(stop);
        let mut sending = JoinSet::new();
        let mut arrivals = self.parts.store.arrivals();
        loop {
            self.fill(&mut sending).await;
            tokio::select! {
                () = &mut stop => break,
                // What ended together is replaced together: claims are not free.
                Some(_) = sending.join_next() => while sending.try_join_next().is_some() {},
                _ = arrivals.next(LOOK_AGAIN) => {}
            }
        }
        while sending.join_next().await.is_some() {}
    }

    /// Delivers what is due now, and gives the number of messages.
    pub async fn deliver_due(&self) -> Result<usize, StoreError> {
        let claimed = self.claimer.claim(MAX_SENDING).await?;
        let count = claimed.len();
        let mut sending = JoinSet::new();
        self.send(&mut sending, claimed);
        while sending.join_next().await.is_some() {}
        Ok(count)
    }

    async fn fill(&self, sending: &mut JoinSet<()>) {
        let free = MAX_SENDING - sending.len();
        if free == 0 {
            return;
        }
        match self.claimer.claim(free).await {
            Ok(claimed) => self.send(sending, claimed),
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "events.outbox.not_claimed"
                );
            }
        }
    }

    fn send(&self, sending: &mut JoinSet<()>, claimed: Vec<ClaimedJob>) {
        for (job, taken) in Taken::together(claimed) {
            sending.spawn(delivery::deliver(self.parts.clone(), taken, job));
        }
    }
}
