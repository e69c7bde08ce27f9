//! HMAC-SHA-256 (RFC 2104, FIPS 198-1), over framed fields where the format is ours.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::aead::KeyBytes;
use crate::frame::frame;

/// Length of a full HMAC-SHA-256, bytes.
pub const MAC_BYTES: usize = 32;

/// The code of `label` and `fields`, framed, under `key`.
pub fn framed_mac(key: &KeyBytes, label: &'static str, fields: &[&[u8]]) -> [u8; MAC_BYTES] {
    let mut mac = keyed(key.as_slice());
    frame(label, fields, |piece| mac.update(piece));
    mac.finalize().into_bytes().into()
}

/// The code of pieces that are put one after another, as protocols of others want it.
pub fn mac_of(key: &[u8], pieces: &[&[u8]]) -> [u8; MAC_BYTES] {
    let mut mac = keyed(key);
    for piece in pieces {
        mac.update(piece);
    }
    mac.finalize().into_bytes().into()
}

/// Whether `code` is that of the pieces, compared in a time that says nothing of where it differs.
pub fn is_mac_of(key: &[u8], pieces: &[&[u8]], code: &[u8]) -> bool {
    let mut mac = keyed(key);
    for piece in pieces {
        mac.update(piece);
    }
    mac.verify_slice(code).is_ok()
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of every length")
}

#[cfg(test)]
mod tests;
