//! Use cases: tenants and their tokens, consents, imports, accounts, movements, audit.
//!
//! Each use case reads, decides without touching anything, and hands the store one unit of work.
//! It knows neither HTTP nor SQL nor a bank.

pub mod access;
pub mod accounts;
pub mod audit;
pub mod authorizations;
pub mod checkouts;
pub mod consents;
pub mod device_sessions;
mod error;
pub mod identities;
pub mod imports;
pub mod ingest;
pub mod instructions;
pub mod learnt;
pub mod links;
pub mod master_keys;
pub mod matters;
pub mod message_keys;
pub mod messages;
pub mod movements;
pub mod offers;
pub mod once;
pub mod outbox;
pub mod pacing;
pub mod payments;
pub mod payouts;
pub mod readings;
pub mod records;
pub mod retention;
mod retry;
pub mod rows;
pub mod sessions;
pub mod subscriptions;
pub mod tasks;
pub mod tenants;
pub mod tokens;
pub mod vault;
pub mod webhook_secrets;
pub mod work;

use std::sync::Arc;

use cartola_connector::Registry;
use cartola_crypto::jws::Algorithm;
use cartola_model::TransferPayee;
use cartola_primitives::id::{IdMinter, TypedId};
use cartola_primitives::{Clock, Randomness, Timestamp};
use cartola_store::{Archive, Store};
use tokio::sync::Semaphore;

pub use error::EngineError;

use access::AccessLog;
use message_keys::MessageKeys;
use tokens::TokenKeys;
use vault::{Masters, Vault};

/// What the engine works with; the binary puts it together.
pub struct Parts {
    /// Where rows are.
    pub store: Arc<dyn Store>,
    /// Where sealed sources are.
    pub archive: Arc<dyn Archive>,
    /// The master keys.
    pub keys: cartola_crypto::KeyRing,
    /// Where they are read again when one is missing; absent where no more can come.
    pub key_source: Option<Arc<dyn vault::KeySource>>,
    /// The connectors.
    pub connectors: Registry,
    /// Business time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub randomness: Arc<dyn Randomness>,
    /// How access tokens are signed.
    pub token_algorithm: Algorithm,
    /// Who is paid where a payment names nobody.
    pub merchant: Option<TransferPayee>,
    /// When people must approve what they do.
    pub authorizations: authorizations::Rules,
}

/// The use cases. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    store: Arc<dyn Store>,
    archive: Arc<dyn Archive>,
    vault: Vault,
    connectors: Registry,
    clock: Arc<dyn Clock>,
    minter: IdMinter,
    accesses: AccessLog,
    token_keys: TokenKeys,
    message_keys: MessageKeys,
    merchant: Option<TransferPayee>,
    rules: authorizations::Rules,
    hashing: authorizations::Turns,
    decoding: Arc<Semaphore>,
    taking_in: Semaphore,
    room: readings::Room,
    signing_in: readings::Turns,
    waiters: Arc<work::Waiters>,
    moves: Arc<work::Moves>,
    live: Arc<work::Live>,
    paying: Arc<payments::KeptSessions>,
}

/// Files that are decoded at the same time: each may take as much memory as the largest file.
pub const MAX_DECODING: usize = 2;

/// Readings of institutions that are taken in at the same time: what one makes of its lines takes
/// several times their room. The store writes together what waits for it, and of many that come
/// together each costs less.
pub const MAX_TAKING_IN: usize = 32;

impl Engine {
    /// Opens the engine: reads the installation's look-up key, or makes it the first time.
    pub async fn open(parts: Parts) -> Result<Self, EngineError> {
        let minter = IdMinter::new(parts.clock.clone(), parts.randomness.clone());
        let masters = Masters::new(parts.keys, parts.key_source);
        let vault = Vault::open(parts.store.clone(), masters, parts.randomness).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                store: parts.store,
                archive: parts.archive,
                vault,
                connectors: parts.connectors,
                clock: parts.clock,
                minter,
                accesses: AccessLog::default(),
                token_keys: TokenKeys::new(parts.token_algorithm),
                message_keys: MessageKeys::default(),
                merchant: parts.merchant,
                rules: parts.authorizations,
                hashing: authorizations::Turns::default(),
                decoding: Arc::new(Semaphore::new(MAX_DECODING)),
                taking_in: Semaphore::new(MAX_TAKING_IN),
                room: readings::Room::default(),
                signing_in: readings::Turns::default(),
                waiters: Arc::default(),
                moves: Arc::default(),
                live: Arc::default(),
                paying: Arc::default(),
            }),
        })
    }

    /// Now, by the business clock.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// Mints an id, such as that of a request.
    pub fn mint<I: TypedId>(&self) -> I {
        self.minter().mint()
    }

    /// Whether requests can be served: the store answers and takes writes.
    pub async fn ready(&self) -> Result<(), EngineError> {
        Ok(self.store().ready().await?)
    }

    /// The connectors.
    pub fn connectors(&self) -> &Registry {
        &self.inner.connectors
    }

    /// Who is paid where a payment names nobody.
    pub fn merchant(&self) -> Option<&TransferPayee> {
        self.inner.merchant.as_ref()
    }

    fn store(&self) -> &dyn Store {
        self.inner.store.as_ref()
    }

    fn vault(&self) -> &Vault {
        &self.inner.vault
    }

    fn minter(&self) -> &IdMinter {
        &self.inner.minter
    }
}
