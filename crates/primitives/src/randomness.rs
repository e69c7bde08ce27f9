//! Randomness as a parameter: the operating system's, or a repeatable one from a seed.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use jiff::SignedDuration;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of random bytes.
pub trait Randomness: Send + Sync + Debug {
    /// Overwrites the whole of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}

/// The part of a wait that [`jitter`] is at most, one tenth: those who failed together do not all come
/// back at once.
pub const JITTER_PART: i64 = 10;

/// What a wait is prolonged by: between nothing and its [`JITTER_PART`], in whole milliseconds. Whole
/// seconds of the wait count.
pub fn jitter(wait: SignedDuration, randomness: &dyn Randomness) -> SignedDuration {
    let mut bytes = [0; 2];
    randomness.fill(&mut bytes);
    let share = i64::from(u16::from_be_bytes(bytes));
    // A day has 86,400,000 milliseconds: the product stays far below what 64 bits hold.
    let most = wait.as_secs() * 1_000 / JITTER_PART;
    SignedDuration::from_millis(most * share / i64::from(u16::MAX))
}

/// The operating system's cryptographic randomness; the only source fit for keys and secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandomness;

impl Randomness for OsRandomness {
    /// # Panics
    ///
    /// When the operating system has no randomness to give: no key may be made without it.
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the system")]
    fn fill(&self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system provides randomness");
    }
}

/// The same bytes for the same seed, on every machine (`ChaCha8`).
///
/// For tests, simulation and the sandbox. Never for keys: the seed holds 64 bits at most.
#[derive(Debug)]
pub struct SeededRandomness {
    generator: Mutex<ChaCha8Rng>,
}

impl SeededRandomness {
    /// Starts the sequence that belongs to `seed`.
    pub fn new(seed: u64) -> Self {
        Self { generator: Mutex::new(ChaCha8Rng::seed_from_u64(seed)) }
    }
}

impl Randomness for SeededRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        self.generator.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}
