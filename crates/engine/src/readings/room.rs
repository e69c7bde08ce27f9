//! How much of what institutions answer is held at once.
//!
//! A reading holds what it was told from the first page until it is on disk. It enters with the room
//! that such a reading takes as a rule, and waits for it with nothing in its hands but a session. One
//! that turns out larger takes more where there is some; else it goes beyond the bound, and of these
//! there is one at a time. So nobody waits for somebody who waits for them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use cartola_store::asking::{AccountScope, ReadScope};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::EngineError;

/// Answers that all readings hold together, KiB as they came; one reading may go beyond it, up to the
/// longest statement that is read. What is made of them takes some three times as much memory.
pub const MAX_HELD_KIB: u32 = 32 << 10;

/// What a reading is expected to bring beside its movements, KiB.
const EXPECTED_KIB: u32 = 16;

/// Days whose movements are expected to come in one KiB: a customer who does something every other
/// day.
const DAYS_IN_A_KIB: u32 = 2;

/// The room that all readings share.
pub(crate) struct Room {
    free: Arc<Semaphore>,
    beyond: Arc<Semaphore>,
}

impl Default for Room {
    fn default() -> Self {
        Self::of(MAX_HELD_KIB)
    }
}

impl Room {
    fn of(size: u32) -> Self {
        Self { free: Arc::new(Semaphore::new(size as usize)), beyond: Arc::new(Semaphore::new(1)) }
    }

    /// Waits for the room that a reading of this scope takes as a rule.
    pub async fn enter(&self, scope: ReadScope) -> Result<Place, EngineError> {
        let entered = Arc::clone(&self.free).acquire_many_owned(expected(scope)).await;
        let taken = entered.map_err(|_| EngineError::Interrupted)?;
        let held = Held { bytes: 0, taken, beyond: None };
        let Self { free, beyond } = self;
        let (free, beyond) = (Arc::clone(free), Arc::clone(beyond));
        Ok(Place { held: Mutex::new(held), free, beyond })
    }
}

/// What a reading of this scope is expected to bring, KiB; no more than there is room.
fn expected(scope: ReadScope) -> u32 {
    let days = match scope.accounts {
        AccountScope::Nothing | AccountScope::Accounts | AccountScope::Balances => 0,
        AccountScope::Movements { from, to } => (to - from).get_days().unsigned_abs(),
    };
    (EXPECTED_KIB + days / DAYS_IN_A_KIB).min(MAX_HELD_KIB)
}

/// The place of one reading, given back when it is dropped.
pub(crate) struct Place {
    held: Mutex<Held>,
    free: Arc<Semaphore>,
    beyond: Arc<Semaphore>,
}

struct Held {
    bytes: usize,
    taken: OwnedSemaphorePermit,
    beyond: Option<OwnedSemaphorePermit>,
}

impl Place {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts so many bytes more; says whether there is room for them.
    fn fits(&self, bytes: usize) -> bool {
        let mut held = self.lock();
        held.bytes += bytes;
        let wanted = held.bytes.div_ceil(1 << 10);
        let Some(missing) = wanted.checked_sub(held.taken.num_permits()) else { return true };
        if missing == 0 || held.beyond.is_some() {
            return true;
        }
        let missing = u32::try_from(missing).unwrap_or(u32::MAX);
        match Arc::clone(&self.free).try_acquire_many_owned(missing) {
            Ok(more) => {
                held.taken.merge(more);
                true
            }
            Err(_) => false,
        }
    }
}

impl Place {
    /// Counts so many bytes more, and waits where there is no room for them.
    pub async fn held(&self, bytes: usize) {
        if self.fits(bytes) {
            return;
        }
        // Closed only with the engine, and then nobody reads on.
        if let Ok(alone) = Arc::clone(&self.beyond).acquire_owned().await {
            self.lock().beyond = Some(alone);
        }
    }
}

#[cfg(test)]
mod tests {
    use cartola_primitives::date;
    use futures::FutureExt;

    use super::*;

    fn enter(room: &Room) -> Option<Place> {
        let scope = ReadScope::movements(date(2025, 1, 1), date(2025, 1, 1));
        room.enter(scope).now_or_never().map(|entered| entered.expect("the room is open"))
    }

    fn grows(place: &Place, kib: usize) -> bool {
        place.held(kib << 10).now_or_never().is_some()
    }

    #[test]
    fn who_finds_no_room_waits_until_somebody_leaves() {
        let room = Room::of(2 * EXPECTED_KIB);
        let first = enter(&room).expect("there is room");
        let second = enter(&room).expect("there is room");
        assert!(enter(&room).is_none());
        drop(first);
        let third = enter(&room);
        assert!(third.is_some());
        drop((second, third));
        assert_eq!(room.free.available_permits(), 2 * EXPECTED_KIB as usize);
    }

    #[test]
    fn what_is_larger_takes_what_is_free_and_then_goes_beyond_it_alone() {
        let room = Room::of(3 * EXPECTED_KIB);
        let (first, second) = (enter(&room), enter(&room));
        let (first, second) = (first.expect("there is room"), second.expect("there is room"));
        assert!(grows(&first, 2 * EXPECTED_KIB as usize));
        assert!(enter(&room).is_none());
        assert!(grows(&second, 10_000), "nobody is beyond it yet");
        assert!(!grows(&first, 1), "somebody is");
        assert!(grows(&second, 10_000));
        drop(second);
        assert!(grows(&first, 10_000));
        drop(first);
        assert_eq!(room.free.available_permits(), 3 * EXPECTED_KIB as usize);
        assert_eq!(room.beyond.available_permits(), 1);
    }
}
