//! AES-256-GCM with a random nonce: NIST SP 800-38D, with the parameters of RFC 5116 §5.2
//! (`AEAD_AES_256_GCM`).
//!
//! | bytes | content |
//! |---|---|
//! | 12 | nonce, random (SP 800-38D §8.2.2) |
//! | n | ciphertext, as long as the plain content |
//! | 16 | tag |

use aes_gcm::aead::{Nonce, Tag};
use aes_gcm::{AeadInOut, Aes256Gcm, Key, KeyInit};
use cartola_primitives::Randomness;
use cartola_primitives::Secret;
use zeroize::Zeroizing;

use crate::CryptoError;

/// A key of AES-256, wiped when dropped.
pub type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// Length of every symmetric key of this crate, bytes.
pub const KEY_BYTES: usize = 32;

/// Nonce and tag: what sealing adds to the plain content, bytes.
pub const OVERHEAD_BYTES: usize = NONCE_BYTES + TAG_BYTES;

/// The one nonce length that GCM does not hash first (SP 800-38D §7.1), bytes.
const NONCE_BYTES: usize = 12;

/// The full tag; shorter ones are never accepted, bytes.
const TAG_BYTES: usize = 16;

/// A fresh key.
pub fn generate_key(randomness: &dyn Randomness) -> KeyBytes {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    randomness.fill(key.as_mut_slice());
    key
}

/// `plain` as nonce, ciphertext and tag; `bound` is authenticated with it, and not stored.
pub fn seal(key: &KeyBytes, bound: &[u8], plain: &[u8], randomness: &dyn Randomness) -> Vec<u8> {
    let mut nonce = [0; NONCE_BYTES];
    randomness.fill(&mut nonce);
    // Reserved whole, so that growing leaves no plain copy behind.
    let mut bytes = Vec::with_capacity(plain.len() + OVERHEAD_BYTES);
    bytes.extend_from_slice(&nonce);
    bytes.extend_from_slice(plain);
    let tag = cipher(key)
        .encrypt_inout_detached(
            &Nonce::<Aes256Gcm>::from(nonce),
            bound,
            bytes[NONCE_BYTES..].as_mut().into(),
        )
        .expect("callers keep the plain content far below the 64 GiB that GCM takes");
    bytes.extend_from_slice(&tag);
    bytes
}

/// The plain content of what [`seal`] made with the same key and the same `bound`.
pub fn open(key: &KeyBytes, bound: &[u8], sealed: &[u8]) -> Result<Secret<Vec<u8>>, CryptoError> {
    let (nonce, rest) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(CryptoError::Authentic)?;
    let (body, tag) = rest.split_last_chunk::<TAG_BYTES>().ok_or(CryptoError::Authentic)?;
    let mut plain = Zeroizing::new(body.to_vec());
    cipher(key)
        .decrypt_inout_detached(
            &Nonce::<Aes256Gcm>::from(*nonce),
            bound,
            plain.as_mut_slice().into(),
            &Tag::<Aes256Gcm>::from(*tag),
        )
        .map_err(|_| CryptoError::Authentic)?;
    Ok(Secret::new(std::mem::take(&mut *plain)))
}

fn cipher(key: &KeyBytes) -> Aes256Gcm {
    Aes256Gcm::new(<&Key<Aes256Gcm>>::from(&**key))
}

#[cfg(test)]
mod tests;
