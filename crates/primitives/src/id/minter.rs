//! Where new ids come from.

use std::sync::{Arc, Mutex, PoisonError};

use super::{ID_BYTES, TypedId};
use crate::Timestamp;
use crate::clock::Clock;
use crate::randomness::Randomness;

/// Bits of an id below its milliseconds.
const RANDOM_BITS: u32 = 80;

/// An id below each that is minted at that instant or later: where a search for those may begin.
/// Nothing where all are.
pub fn below_minted_since<I: TypedId>(at: Timestamp) -> Option<I> {
    let first = u128::try_from(at.as_millisecond()).ok()? << RANDOM_BITS;
    Some(I::from_bytes(first.checked_sub(1)?.to_be_bytes()))
}

/// Mints ids: 48 bits of Unix milliseconds, then 80 random bits.
///
/// Strictly increasing within one minter, whatever the type of the ids. Randomness is drawn once
/// per millisecond; inside the same millisecond, or when the clock has stepped back, the next id
/// is the last one plus one (a carry out of the random part borrows from the next millisecond).
/// Two minters do not collide in practice: they would have to draw neighbouring values of 80
/// bits in the same millisecond.
///
/// Ids minted together are neighbours, so knowing one helps to guess others. An id is never a
/// secret and gives no access by itself.
#[derive(Debug)]
pub struct IdMinter {
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    last: Mutex<u128>,
}

impl IdMinter {
    /// A minter on the given clock and randomness. Share one per process.
    pub fn new(clock: Arc<dyn Clock>, randomness: Arc<dyn Randomness>) -> Self {
        Self { clock, randomness, last: Mutex::new(0) }
    }

    /// A new id, greater than every id this minter gave before.
    pub fn mint<I: TypedId>(&self) -> I {
        // A whole number is never half-written, so a poisoned lock still holds a good value.
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.milliseconds();
        *last = if now > *last >> RANDOM_BITS {
            now << RANDOM_BITS | self.random_part()
        } else {
            // Cannot overflow: 48 bits of milliseconds reach beyond the years of a timestamp.
            *last + 1
        };
        I::from_bytes(last.to_be_bytes())
    }

    /// Milliseconds since 1970, with earlier instants counted as zero.
    fn milliseconds(&self) -> u128 {
        u128::try_from(self.clock.now().as_millisecond()).unwrap_or(0)
    }

    fn random_part(&self) -> u128 {
        let mut bytes = [0; ID_BYTES];
        self.randomness.fill(&mut bytes[ID_BYTES - RANDOM_BITS as usize / 8..]);
        u128::from_be_bytes(bytes)
    }
}
