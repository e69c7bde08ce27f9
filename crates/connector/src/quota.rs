//! How often an institution is read.

use std::num::NonZeroU32;

/// How many readings an institution gets, over all tenants and processes together. The default is no
/// limit: what is called within a second is bounded by [`crate::Policy`] in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Quota {
    /// In an hour of the clock.
    pub per_hour: Option<NonZeroU32>,
    /// In a day of Chile.
    pub per_day: Option<NonZeroU32>,
}

impl Quota {
    /// Whether there is a limit at all.
    pub const fn is_limited(self) -> bool {
        self.per_hour.is_some() || self.per_day.is_some()
    }
}
