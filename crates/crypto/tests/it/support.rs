use std::sync::atomic::{AtomicU8, Ordering};

use cartola_primitives::Randomness;
use cartola_primitives::id::{DataKeyId, TenantId};
use data_encoding::{BASE64, HEXLOWER};

pub const TENANT: TenantId = TenantId::from_bytes([1; 16]);
pub const OTHER_TENANT: TenantId = TenantId::from_bytes([9; 16]);
pub const KEY: DataKeyId = DataKeyId::from_bytes([2; 16]);
pub const OTHER_KEY: DataKeyId = DataKeyId::from_bytes([8; 16]);

/// How many bytes of a key in a row count as showing it.
const TELLING_BYTES: usize = 4;

/// Bytes that count up from 0 and go around: predictable, so that formats can be pinned.
#[derive(Debug, Default)]
pub struct Counting {
    next: AtomicU8,
}

impl Randomness for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.next.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The first key that [`Counting`] makes.
pub fn first_counted_key() -> [u8; 32] {
    std::array::from_fn(|index| u8::try_from(index).unwrap())
}

/// Fails where `shown` holds a stretch of `secret` in any of the usual notations.
pub fn check_hidden(shown: &str, secret: &[u8]) {
    for stretch in secret.windows(TELLING_BYTES) {
        let base64 = BASE64.encode(stretch);
        let listed = format!("{stretch:?}");
        let notations = [
            HEXLOWER.encode(stretch),
            // The last digits depend on what follows.
            base64.trim_end_matches('=')[..5].to_owned(),
            listed.trim_matches(['[', ']']).to_owned(),
        ];
        for notation in notations {
            assert!(!shown.to_lowercase().contains(&notation.to_lowercase()), "{shown}");
        }
    }
}

pub fn flip(bytes: &mut [u8], bit: usize) {
    bytes[bit / 8] ^= 1 << (bit % 8);
}
