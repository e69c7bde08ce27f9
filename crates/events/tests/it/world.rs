//! A store with a tenant, and workers that deliver from it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use cartola_crypto::{DataKey, WebhookSecret};
use cartola_events::{Client, Destination, Opener, Parts, Reach, TargetUrl, Worker};
use cartola_primitives::clock::{Clock, ManualClock};
use cartola_primitives::id::{CredentialId, IdMinter, MessageId, TenantId};
use cartola_primitives::monotonic::ManualMonotonic;
use cartola_primitives::randomness::SeededRandomness;
use cartola_primitives::{SignedDuration, Timestamp};
use cartola_store::jobs::Lane;
use cartola_store::memory::MemoryStore;
use cartola_store::outbox::{Attempt, MessageOrder, MessageRow, PlainMessage};
use cartola_store::tenancy::TenantRow;
use cartola_store::{Command, Committer, Outbox, UnitOfWork};

use crate::client::client;

/// Number of the secret that signs where nothing is said.
const USUAL_SECRET: u64 = 7;

pub const NOW: Timestamp = Timestamp::constant(1_772_452_800, 0);

/// Opens with the one key there is, and has whatever secrets a test says.
struct OneKey {
    key: DataKey,
    secrets: Mutex<Vec<u64>>,
}

#[async_trait]
impl Opener for OneKey {
    async fn open(&self, tenant: TenantId, order: &MessageOrder) -> Option<PlainMessage> {
        let envelope = MessageOrder::envelope_place(tenant, &order.id);
        let envelope = self.key.open(&envelope, &order.envelope).ok()?;
        let body = MessageOrder::body_place(tenant, &order.id);
        let body = self.key.open(&body, &order.body).ok()?;
        Some(PlainMessage { envelope, body })
    }

    async fn secrets(&self, _tenant: TenantId) -> Option<Vec<WebhookSecret>> {
        Some(self.secrets.lock().unwrap().iter().map(|seed| secret(*seed)).collect())
    }

    async fn secrets_of(
        &self,
        _tenant: TenantId,
        _subscription: CredentialId,
    ) -> Option<Vec<WebhookSecret>> {
        Some(self.secrets.lock().unwrap().iter().map(|seed| secret(*seed)).collect())
    }
}

/// The secret of that number.
pub fn secret(seed: u64) -> WebhookSecret {
    WebhookSecret::generate(&SeededRandomness::new(seed))
}

pub struct World {
    pub store: Arc<MemoryStore>,
    pub clock: Arc<ManualClock>,
    pub tenant: TenantId,
    opener: Arc<OneKey>,
    randomness: Arc<SeededRandomness>,
    minter: Arc<IdMinter>,
}

impl World {
    pub async fn new() -> Self {
        let clock = Arc::new(ManualClock::new(NOW));
        let randomness = Arc::new(SeededRandomness::new(1));
        let minter = Arc::new(IdMinter::new(clock.clone(), randomness.clone()));
        let key = DataKey::generate(minter.mint(), &*randomness);
        let tenant = minter.mint();
        let world = Self {
            store: Arc::new(MemoryStore::new()),
            clock,
            tenant,
            opener: Arc::new(OneKey { key, secrets: Mutex::new(vec![USUAL_SECRET]) }),
            randomness,
            minter,
        };
        let row = TenantRow { id: tenant, name: "acme".to_owned(), created_at: NOW };
        world.commit(Command::AddTenant(row)).await;
        world
    }

    pub async fn commit(&self, command: Command) {
        let unit = UnitOfWork::new(self.tenant, self.clock.now()).with(command);
        self.store.commit(unit).await.unwrap();
    }

    /// A process that delivers, and is the only one.
    pub fn worker(&self) -> Worker {
        self.worker_with(client(Reach::PublicAndLoopback))
    }

    /// The same with another client.
    pub fn worker_with(&self, client: Client) -> Worker {
        Worker::new(Parts {
            store: self.store.clone(),
            opener: self.opener.clone(),
            client,
            clock: self.clock.clone(),
            wall_clock: self.clock.clone(),
            monotonic: Arc::new(ManualMonotonic::new(self.minter.mint())),
            randomness: self.randomness.clone(),
            minter: self.minter.clone(),
            alone: true,
        })
    }

    /// The one secret that signs, unless a test says otherwise.
    pub fn secret() -> WebhookSecret {
        secret(USUAL_SECRET)
    }

    /// Signs by these from now on.
    pub fn sign_by(&self, secrets: &[u64]) {
        *self.opener.secrets.lock().unwrap() = secrets.to_vec();
    }

    /// Writes a message to a URL.
    pub async fn write(&self, url: &str, body: &str) -> MessageId {
        let headers = [("x-floid-token".to_owned(), "t0ken".to_owned())];
        let url = TargetUrl::parse(url).unwrap();
        let destination = Destination::new(url.clone(), &headers).unwrap();
        let lookup = cartola_crypto::LookupKey::generate(&SeededRandomness::new(9)).digest(
            "destination",
            self.tenant,
            url.to_text().as_bytes(),
        );
        let id = self.minter.mint();
        let seal = |place, plain: &[u8]| {
            self.opener.key.seal(&place, 1, plain, &*self.randomness).unwrap()
        };
        let envelope = destination.to_bytes();
        let envelope = seal(MessageOrder::envelope_place(self.tenant, &id), envelope.expose());
        let body = seal(MessageOrder::body_place(self.tenant, &id), body.as_bytes());
        let receiver = url.receiver().replace(':', "_").replace(['[', ']'], "");
        let receiver = Lane::parse(&receiver).ok();
        let order = MessageOrder { id, destination: lookup, receiver, envelope, body };
        self.commit(Command::AddMessage(order)).await;
        id
    }

    pub async fn message(&self, id: MessageId) -> MessageRow {
        self.store.message(self.tenant, id).await.unwrap().unwrap()
    }

    pub async fn attempts(&self, id: MessageId) -> Vec<Attempt> {
        self.store.attempts(self.tenant, id).await.unwrap()
    }

    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

/// How long a test waits for what comes.
pub const SOON: Duration = Duration::from_secs(30);
