//! Keyed look-ups: a sealed value is found by a code of it that only the key's holder computes.
//!
//! HMAC-SHA-256 (RFC 2104, FIPS 198-1) with a key of 256 bits. RUTs are few: without the key, a
//! plain hash of one is undone by trying them all.
//!
//! | digest | framed under | fields |
//! |---|---|---|
//! | of a tenant's value | `cartola/lookup/v1` | purpose, tenant (16 bytes), value |
//! | of the whole installation | `cartola/lookup-installation/v1` | purpose, value |
//!
//! Equal values of different tenants or purposes have unrelated digests. Within one purpose of
//! one tenant, equal values show as equal: that is what a look-up is.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use cartola_primitives::Randomness;
use cartola_primitives::id::TenantId;
use data_encoding::HEXLOWER;
use subtle::ConstantTimeEq;

use crate::aead::{self, KeyBytes};
use crate::error::CryptoError;
use crate::hex;
use crate::mac::{MAC_BYTES, framed_mac};
use crate::ring::{KeyRing, WrappedKey, key_bytes};

const TENANT_LABEL: &str = "cartola/lookup/v1";
const PIN_LABEL: &str = "cartola/pin/v1";
const INSTALLATION_LABEL: &str = "cartola/lookup-installation/v1";

/// What the key itself is wrapped for.
const WRAP_PURPOSE: &str = "lookup-key";

/// Digits that tell two digests apart in a log, and are too few to find a row by.
const SHOWN_DIGITS: usize = 8;

/// The key of all look-ups of an installation. Unlike data keys it can never change, or nothing
/// would be found again. Stored only wrapped, wiped when dropped.
pub struct LookupKey(KeyBytes);

impl LookupKey {
    /// A fresh key.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self(aead::generate_key(randomness))
    }

    /// The key as it is stored.
    pub fn wrap(&self, ring: &KeyRing, randomness: &dyn Randomness) -> WrappedKey {
        ring.wrap_small(WRAP_PURPOSE, self.0.as_slice(), randomness)
    }

    /// The key that [`Self::wrap`] stored.
    pub fn unwrap(ring: &KeyRing, wrapped: &WrappedKey) -> Result<Self, CryptoError> {
        ring.unwrap_bytes(WRAP_PURPOSE, wrapped).and_then(|plain| key_bytes(&plain)).map(Self)
    }

    /// The digest by which `value` is found among the tenant's values of this purpose. The caller
    /// brings the value into one form first: a RUT without dots, a name without case.
    pub fn digest(&self, purpose: &'static str, tenant: TenantId, value: &[u8]) -> Digest {
        let fields = [purpose.as_bytes(), tenant.as_bytes(), value];
        Digest(framed_mac(&self.0, TENANT_LABEL, &fields))
    }

    /// What PINs of a tenant are hashed under.
    pub(crate) fn pin_key(&self, tenant: TenantId) -> KeyBytes {
        KeyBytes::new(framed_mac(&self.0, PIN_LABEL, &[tenant.as_bytes()]))
    }

    /// The digest of a value that is looked up before its tenant is known, such as an API key.
    pub fn digest_of_installation(&self, purpose: &'static str, value: &[u8]) -> Digest {
        Digest(framed_mac(&self.0, INSTALLATION_LABEL, &[purpose.as_bytes(), value]))
    }
}

impl fmt::Debug for LookupKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LookupKey")
    }
}

/// A code of 256 bits by which a sealed value is found. Equality takes constant time; order does
/// not, and serves only to sort and index what is stored anyway.
#[derive(Clone, Copy)]
pub struct Digest([u8; MAC_BYTES]);

impl Digest {
    /// The digest that a column holds.
    pub const fn from_bytes(bytes: [u8; MAC_BYTES]) -> Self {
        Self(bytes)
    }

    /// What a column holds.
    pub const fn as_bytes(&self) -> &[u8; MAC_BYTES] {
        &self.0
    }

    /// 64 lowercase hexadecimal digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// Reads the form of [`Self::hex`].
    pub fn from_hex(text: &str) -> Result<Self, CryptoError> {
        hex::decode(text).map(Self)
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Digest {}

impl Hash for Digest {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl Ord for Digest {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl PartialOrd for Digest {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Digest({}…)", &self.hex()[..SHOWN_DIGITS])
    }
}
