//! Our randomness in the form that the RSA crate takes.

use std::convert::Infallible;

use cartola_primitives::Randomness;
use rsa::rand_core::{TryCryptoRng, TryRng};

/// Draws from a [`Randomness`].
pub struct Source<'a>(pub &'a dyn Randomness);

impl TryRng for Source<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

/// Whoever makes keys hands in a source that is fit for them (see the crate's documentation).
impl TryCryptoRng for Source<'_> {}
