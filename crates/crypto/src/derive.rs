//! HKDF-SHA-256 (RFC 5869): one key for each use of a master key.

use hkdf::{Hkdf, InvalidLength};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::aead::{KEY_BYTES, KeyBytes};

/// Public and fixed: it keeps these keys apart from those of other software that was handed the
/// same master key.
const SALT: &[u8] = b"cartola/derive/v1";

/// The key for the use that `purpose` (framed) names.
pub fn derive_key(master: &KeyBytes, purpose: &[u8]) -> KeyBytes {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    derive_into(SALT, master.as_slice(), purpose, key.as_mut_slice())
        .expect("one key is far below the 255 blocks of HKDF-SHA-256");
    key
}

fn derive_into(
    salt: &[u8],
    secret: &[u8],
    purpose: &[u8],
    out: &mut [u8],
) -> Result<(), InvalidLength> {
    Hkdf::<Sha256>::new(Some(salt), secret).expand(purpose, out)
}

#[cfg(test)]
mod tests;
