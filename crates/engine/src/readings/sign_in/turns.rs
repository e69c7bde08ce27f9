//! Of those who come with the same credentials at once, one asks the institution at a time, until they
//! are taken.
//!
//! A call that its caller gave up goes on at the bank, and the next one with the same password would be
//! another attempt beside it: a wrong one would be refused twice, and a right one would look like many
//! that nobody answered. This holds within a process; across processes it is what is counted.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use cartola_crypto::Digest;
use cartola_model::InstitutionId;
use cartola_primitives::id::TenantId;
use tokio::sync::OwnedMutexGuard;
use tokio::time::timeout;

/// How long somebody waits for what another is told, as long as an institution may take for one answer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Whose credentials, and where.
pub(super) type Key = (TenantId, InstitutionId, Digest);

/// Whether the credentials were taken from one of those who stand there, behind whose turn it is.
type Taken = tokio::sync::Mutex<bool>;

/// Where those stand who are being signed in, or wait for that.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<Key, Weak<Taken>>>);

/// Leave to ask, while the others wait.
pub(super) struct Turn(OwnedMutexGuard<bool>);

impl Turns {
    /// The turn, once it has come; nothing where another is asking for too long.
    pub(super) async fn turn(&self, key: Key) -> Option<Turn> {
        timeout(LONGEST_WAIT, self.place(key).lock_owned()).await.ok().map(Turn)
    }

    /// It is gone with the last who stands there.
    fn place(&self, key: Key) -> Arc<Taken> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, place| place.strong_count() > 0);
        let known = all.get(&key).and_then(Weak::upgrade);
        known.unwrap_or_else(|| {
            let place = Arc::default();
            all.insert(key, Arc::downgrade(&place));
            place
        })
    }
}

impl Turn {
    /// Whether the credentials were taken while this one waited.
    pub fn are_taken(&self) -> bool {
        *self.0
    }

    /// Leaves it to whoever is next.
    pub fn end(mut self, are_taken: bool) {
        *self.0 |= are_taken;
    }
}
