//! Randomness as a parameter: the operating system's, or a repeatable one from a seed.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A source of random bytes.
pub trait Randomness: Send + Sync + Debug {
    /// Overwrites the whole of `bytes`.
    fn fill(&self, bytes: &mut [u8]);
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
