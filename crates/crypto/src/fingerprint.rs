//! SHA-256 (FIPS 180-4) of whole contents: the evidence of an imported file, the name of a raw
//! answer. No key and no framing, so that `sha256sum` gives the same digits.

use sha2::{Digest, Sha256};

use crate::hex::shown_as_hex;

/// Length of a SHA-256, bytes.
pub const HASH_BYTES: usize = 32;

/// The SHA-256 of `content`.
pub fn sha256(content: &[u8]) -> [u8; HASH_BYTES] {
    Sha256::digest(content).into()
}

/// The SHA-256 of a file or answer, as 64 hexadecimal digits.
///
/// It tells contents apart and hides nothing: whoever can guess the content can check the guess.
/// A RUT or an account number is found by [`LookupKey`](crate::LookupKey) instead.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; HASH_BYTES]);

impl ContentHash {
    /// The hash of `content`.
    pub fn of(content: &[u8]) -> Self {
        Self(sha256(content))
    }
}

/// The SHA-256 of a content that comes piece by piece.
#[derive(Clone, Default)]
pub struct Hashing(Sha256);

impl Hashing {
    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The hash of all pieces.
    pub fn finish(self) -> ContentHash {
        ContentHash(self.0.finalize().into())
    }
}

shown_as_hex!(ContentHash, HASH_BYTES);
