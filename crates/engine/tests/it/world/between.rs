//! What happens between a decision and its commit: an archive, and a clock, that let something else come
//! first.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use cartola_crypto::Sealed;
use cartola_engine::once::RecordedAnswer;
use cartola_primitives::Timestamp;
use cartola_primitives::clock::{Clock, ManualClock};
use cartola_primitives::id::{ArchiveId, TenantId};
use cartola_store::memory::MemoryStore;
use cartola_store::{Archive, StoreError};

/// What comes first.
pub type First = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Lets that happen while whoever asks waits, who runs on a thread of a runtime already.
fn happen(first: First) {
    std::thread::scope(|scope| {
        let happens = || {
            let mut runtime = tokio::runtime::Builder::new_current_thread();
            runtime.enable_all().build().unwrap().block_on(first);
        };
        scope.spawn(happens).join().unwrap();
    });
}

/// An answer that something else comes before when it is first rendered: after all was decided, and before
/// it is written.
pub struct Late(Mutex<Option<First>>);

impl Late {
    pub fn new(first: First) -> Self {
        Self(Mutex::new(Some(first)))
    }

    pub fn answer(&self) -> RecordedAnswer {
        let first = self.0.lock().unwrap().take();
        if let Some(first) = first {
            happen(first);
        }
        RecordedAnswer { status: 201, body: Vec::new() }
    }
}

/// Keeps what it is given once that has happened, which is once.
pub struct Between {
    store: Arc<MemoryStore>,
    first: Mutex<Option<First>>,
}

impl Between {
    pub fn new(store: Arc<MemoryStore>, first: First) -> Self {
        Self { store, first: Mutex::new(Some(first)) }
    }
}

#[async_trait]
impl Archive for Between {
    async fn put(&self, tenant: TenantId, id: ArchiveId, object: Sealed) -> Result<(), StoreError> {
        let first = self.first.lock().unwrap().take();
        if let Some(first) = first {
            first.await;
        }
        self.store.put(tenant, id, object).await
    }

    async fn read(&self, tenant: TenantId, id: ArchiveId) -> Result<Option<Sealed>, StoreError> {
        Archive::read(&*self.store, tenant, id).await
    }

    async fn remove(&self, tenant: TenantId, id: ArchiveId) -> Result<(), StoreError> {
        self.store.remove(tenant, id).await
    }
}

/// Tells the time of another clock, and lets something else come first when it is asked for the nth time:
/// whoever decides asks for the time again and again until they commit.
pub struct Hurried {
    clock: Arc<ManualClock>,
    first: Mutex<Option<(usize, First)>>,
}

impl Hurried {
    pub fn new(clock: Arc<ManualClock>) -> Self {
        Self { clock, first: Mutex::new(None) }
    }

    /// Lets that come first once the time was asked for so often before.
    pub fn arm(&self, nth: usize, first: First) {
        *self.first.lock().unwrap() = Some((nth, first));
    }

    /// Whether it has happened; it will not any more.
    pub fn disarm(&self) -> bool {
        self.first.lock().unwrap().take().is_none()
    }

    fn due(&self) -> Option<First> {
        let mut armed = self.first.lock().unwrap();
        let (left, first) = armed.take()?;
        if left == 0 {
            return Some(first);
        }
        *armed = Some((left - 1, first));
        None
    }
}

impl fmt::Debug for Hurried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hurried").finish_non_exhaustive()
    }
}

impl Clock for Hurried {
    fn now(&self) -> Timestamp {
        if let Some(first) = self.due() {
            happen(first);
        }
        self.clock.now()
    }
}
