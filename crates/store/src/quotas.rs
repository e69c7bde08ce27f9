//! How often institutions were read, by all processes of a store together. It belongs to no tenant:
//! what an institution bears, it bears of the whole installation.

use async_trait::async_trait;
use cartola_model::InstitutionId;
use cartola_primitives::Timestamp;

use crate::StoreError;

/// A stretch of time in which so many readings may begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// How many readings may begin in it, whoever began them; no limit where it is absent.
    pub most: Option<u32>,
}

/// One more reading of an institution, by the windows that its moment lies in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneMore {
    /// Of which institution.
    pub institution: InstitutionId,
    /// The hour.
    pub hour: Window,
    /// The day.
    pub day: Window,
}

/// How many readings have begun in the last windows in which any did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The first moment of the hour.
    pub hour_from: Timestamp,
    /// In it.
    pub in_hour: u32,
    /// The first moment of the day.
    pub day_from: Timestamp,
    /// In it.
    pub in_day: u32,
}

/// Reads and writes of what was counted. No unit of work: those are a tenant's.
#[async_trait]
pub trait Quotas: Send + Sync {
    /// Counts one more in both windows, unless either has as many as it may: then it counts in neither
    /// and gives false. Of callers at once, no more are counted than a window has room for.
    ///
    /// A window that another caller's clock has begun already counts as the same; one that lies
    /// further ahead was written by a clock that has been set back since, and is begun anew.
    async fn count_reading(&self, one: &OneMore) -> Result<bool, StoreError>;

    /// What was counted of an institution last; nothing where it was never read.
    async fn readings_counted(
        &self,
        institution: &InstitutionId,
    ) -> Result<Option<Counted>, StoreError>;
}

impl Window {
    /// Whether readings that were counted in a window that began then count in this one.
    pub fn counts(&self, from: Timestamp) -> bool {
        (self.from..=self.to).contains(&from)
    }

    /// Whether so many, counted in a window that began then, leave no room.
    pub fn is_full(&self, from: Timestamp, readings: u32) -> bool {
        self.counts(from) && self.most.is_some_and(|most| readings >= most)
    }
}
