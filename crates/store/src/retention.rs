//! Forgetting movements of long ago.
//!
//! An operator says from which day on movements are kept, for all tenants. What was booked before goes
//! with its sources, its aliases, the sightings of those days and its entries of the change feed, and
//! is not taken in again. Accounts, balances, consents, imports with their sealed files, records and
//! the audit trail stay.
//!
//! The feed says nothing of it, since nothing happened at a bank: positions stay, those of what is
//! gone are left out, and who begins from the start gets exactly what is there. Who follows the feed
//! keeps what he has.
//!
//! Each backend forgets in its own way, outside of units of work, and in steps: after a crash the same
//! is begun again and goes on.

use async_trait::async_trait;
use cartola_primitives::Date;

use crate::{StoreError, StoreErrorKind};

/// How much is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    /// Movements, removed ones included.
    pub movements: u64,
    /// What sources said of them.
    pub sources: u64,
    /// Entries of the change feed.
    pub feed: u64,
    /// Merges, and their undoing.
    pub aliases: u64,
    /// What stood for readings of those days.
    pub sightings: u64,
}

impl std::ops::AddAssign for Forgotten {
    fn add_assign(&mut self, other: Self) {
        let Self { movements, sources, feed, aliases, sightings } = other;
        self.movements += movements;
        self.sources += sources;
        self.feed += feed;
        self.aliases += aliases;
        self.sightings += sightings;
    }
}

/// Reads of what is kept.
#[async_trait]
pub trait Retention: Send + Sync {
    /// The first day whose movements are kept; nothing where none were ever forgotten. A unit of work
    /// that adds or changes a movement of an earlier day is a conflict.
    async fn kept_from(&self) -> Result<Option<Date>, StoreError>;
}

/// What a unit is told that was decided before such days were forgotten.
pub fn too_early() -> StoreError {
    StoreError::new(StoreErrorKind::Conflict, "movements of days that are forgotten")
}
