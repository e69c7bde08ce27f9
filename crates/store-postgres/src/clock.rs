//! The clock that all processes of one store share: the database's.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use cartola_primitives::id::EpochId;
use cartola_primitives::{Moment, Monotonic};
use cartola_store::StoreError;

use crate::columns::Columns;

/// How long ago the store was set up, by the database's clock.
pub const ELAPSED: &str = "SELECT epoch, \
    greatest(0, extract(epoch FROM clock_timestamp() - began_at) * 1000000)::bigint \
    FROM installation";

/// Monotonic time since the store was set up, by the database's clock. It is asked for now and then,
/// and goes on by this machine's clock in between, which may be behind by a round trip; a clock that
/// was set back stands still until it is where it was.
#[derive(Debug)]
pub struct DatabaseClock {
    epoch: EpochId,
    seen: Mutex<Seen>,
}

#[derive(Debug)]
struct Seen {
    elapsed: Duration,
    at: Instant,
    /// The last answer, before which none may be.
    told: Duration,
}

impl DatabaseClock {
    /// Goes on from a row of [`ELAPSED`].
    pub fn start(columns: &mut Columns<'_>) -> Result<Self, StoreError> {
        let (epoch, elapsed) = (columns.id()?, Duration::from_micros(columns.number()?));
        let seen = Mutex::new(Seen { elapsed, at: now(), told: elapsed });
        Ok(Self { epoch, seen })
    }

    /// Takes a newer row of [`ELAPSED`].
    pub fn set(&self, columns: &mut Columns<'_>) -> Result<(), StoreError> {
        columns.skip(1);
        let elapsed = Duration::from_micros(columns.number()?);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.elapsed, seen.at) = (elapsed, now());
        Ok(())
    }
}

impl Monotonic for DatabaseClock {
    fn moment(&self) -> Moment {
        // Each field is whole at every moment, so a panic elsewhere cannot have broken them.
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = seen.elapsed + now().saturating_duration_since(seen.at);
        seen.told = seen.told.max(elapsed);
        Moment { epoch: self.epoch, elapsed: seen.told }
    }
}

#[allow(clippy::disallowed_methods, reason = "between two looks at the database's clock")]
fn now() -> Instant {
    Instant::now()
}
