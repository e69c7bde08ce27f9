use std::fmt;

use cartola_primitives::Randomness;
use cartola_primitives::Secret;
use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::aead::{self, KEY_BYTES, KeyBytes};
use crate::derive::derive_key;
use crate::error::CryptoError;
use crate::hex::shown_as_hex;
use crate::mac::framed_mac;

/// Length of a master key's id, bytes.
const ID_BYTES: usize = 8;

const ID_LABEL: &str = "cartola/master-key-id/v1";

/// Room that the decoder asks for 44 digits, although the last three bytes hold but two, bytes.
const DECODED_BYTES: usize = KEY_BYTES + 1;

/// Length of a key in padded base64, characters.
const BASE64_DIGITS: usize = 44;

/// The name of a master key, 16 hexadecimal digits computed from the key. It says nothing about
/// the key, and is kept beside all that the key wrapped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MasterKeyId([u8; ID_BYTES]);

shown_as_hex!(MasterKeyId, ID_BYTES);

/// The key of 256 bits that everything else hangs on. It lives outside the data folder, in a
/// setting or a file of the operator, and is wiped when dropped.
pub struct MasterKey {
    id: MasterKeyId,
    key: KeyBytes,
}

impl MasterKey {
    /// A fresh key.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self::from_bytes(aead::generate_key(randomness))
    }

    /// Reads the form of [`Self::to_base64`]; white space around it is let pass, since files end
    /// in a line break.
    pub fn from_base64(text: &Secret<String>) -> Result<Self, CryptoError> {
        let digits = text.expose().trim().as_bytes();
        if digits.len() != BASE64_DIGITS {
            return Err(CryptoError::KeyFormat);
        }
        let mut decoded = Zeroizing::new([0; DECODED_BYTES]);
        let Ok(KEY_BYTES) = BASE64.decode_mut(digits, decoded.as_mut_slice()) else {
            return Err(CryptoError::KeyFormat);
        };
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(&decoded[..KEY_BYTES]);
        Ok(Self::from_bytes(key))
    }

    /// The key in base64 (RFC 4648 §4, with padding), 44 characters.
    pub fn to_base64(&self) -> Secret<String> {
        Secret::new(BASE64.encode(self.key.as_slice()))
    }

    /// The name under which the ring finds this key.
    pub fn id(&self) -> MasterKeyId {
        self.id
    }

    /// The key for the owner that `purpose` (framed) names.
    pub(super) fn derive(&self, purpose: &[u8]) -> KeyBytes {
        derive_key(&self.key, purpose)
    }

    fn from_bytes(key: KeyBytes) -> Self {
        let mac = framed_mac(&key, ID_LABEL, &[]);
        let id = *mac.first_chunk().expect("the code is longer than the id");
        Self { id: MasterKeyId(id), key }
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MasterKey({})", self.id)
    }
}
