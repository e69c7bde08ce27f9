//! Of those who come with the same credentials, one asks the institution at a time, until they are taken.
//!
//! A wrong password that ten calls bring at once would else be ten wrong passwords to the institution,
//! which locks its customer out. This holds within a process; across processes it is what is counted.

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
type Key = (TenantId, InstitutionId, Digest);

/// Whether the credentials were taken since somebody stands there, behind whose turn it is.
type Said = tokio::sync::Mutex<bool>;

/// All who are signed in, or wait for that.
#[derive(Default)]
pub(crate) struct Turns(Mutex<HashMap<Key, Weak<Said>>>);

/// Where those stand who come with the same credentials. It is gone with the last of them.
pub(super) struct Place(Arc<Said>);

/// Leave to ask, while the others wait.
pub(super) struct Turn(OwnedMutexGuard<bool>);

impl Turns {
    pub(super) fn place(&self, key: Key) -> Place {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, place| place.strong_count() > 0);
        let known = all.get(&key).and_then(Weak::upgrade);
        Place(known.unwrap_or_else(|| {
            let place = Arc::default();
            all.insert(key, Arc::downgrade(&place));
            place
        }))
    }
}

impl Place {
    /// The turn, once it has come. Nothing where another is asking for too long.
    pub async fn turn(&self) -> Option<Turn> {
        timeout(LONGEST_WAIT, Arc::clone(&self.0).lock_owned()).await.ok().map(Turn)
    }
}

impl Turn {
    /// Whether the credentials were taken from one who came before.
    pub fn are_taken(&self) -> bool {
        *self.0
    }

    pub fn end(mut self, are_taken: bool) {
        *self.0 |= are_taken;
    }
}
