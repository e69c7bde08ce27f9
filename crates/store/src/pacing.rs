//! How often institutions are called, by all processes of a store together.
//!
//! A backend that many processes share implements it; where one process has the store to itself,
//! nothing needs to be shared. None of it is worth keeping through a crash.

use std::time::Duration;

use async_trait::async_trait;
use cartola_model::InstitutionId;
use cartola_primitives::SignedDuration;

use crate::StoreError;

/// The furthest that slots are given out ahead, and that a pause may last. What lies further ahead
/// than that was written by a clock that has been set back since.
pub const FURTHEST: Duration = Duration::from_mins(10);

/// Calls that one process wants to make.
#[derive(Debug, Clone)]
pub struct Slots {
    /// Of which institution.
    pub institution: InstitutionId,
    /// How many, one after another.
    pub count: u32,
    /// The time between two of them, over all processes, once a burst is used up.
    pub interval: Duration,
    /// How many may go out at once after a rest, over all processes.
    pub burst: u32,
    /// How far away the first may lie, at most.
    pub longest: Duration,
}

/// What became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Given {
    /// How far away the first of them lies, and the others an interval after one another; below zero
    /// for one that was due before. One beyond the longest wait was not given, nor the others.
    pub first: SignedDuration,
    /// How long the institution is to be left alone, where a process has said so.
    pub paused: Option<Duration>,
}

/// What processes agree on about institutions. By the time of the store, which they share.
#[async_trait]
pub trait Pacing: Send + Sync {
    /// Takes slots, by the generic cell rate algorithm.
    async fn take_slots(&self, slots: &Slots) -> Result<Given, StoreError>;

    /// Says to all processes that an institution is to be left alone for so long from now on,
    /// [`FURTHEST`] at most.
    async fn pause(&self, institution: &InstitutionId, pause: Duration) -> Result<(), StoreError>;
}
