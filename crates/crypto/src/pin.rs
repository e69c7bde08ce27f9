//! PINs at rest: a slow hash under a key.
//!
//! Argon2id (RFC 9106, version 0x13) with the parallelism 1 and 32 bytes of output. A PIN is one of a
//! million: no hash is slow enough for that by itself, so the installation's look-up key goes in as
//! the secret value (RFC 9106 §3.1, `K`). Whoever has the rows without the key can try nothing;
//! whoever has both still pays for each try.
//!
//! | input | value |
//! |---|---|
//! | secret `K` | HMAC-SHA-256 under the look-up key of the framed label `cartola/pin/v1` and the tenant (16 bytes) |
//! | salt | 16 random bytes, then the id of what the PIN belongs to (16 bytes) |
//! | password | the digits |
//!
//! The cost stands beside each hash, so that it can be raised for new ones.

use std::fmt;

use argon2::{Algorithm, Argon2, Params, Version};
use cartola_primitives::Randomness;
use cartola_primitives::id::{ID_BYTES, TenantId};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::error::CryptoError;
use crate::lookup::LookupKey;

/// Length of the random part of a salt, bytes (RFC 9106 §3.1 recommends 16).
const SALT_BYTES: usize = 16;

/// Length of a hash, bytes.
const HASH_BYTES: usize = 32;

/// What one try costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinCost {
    /// Memory, KiB.
    memory: u32,
    /// Times that it is gone through.
    passes: u32,
}

impl PinCost {
    /// 19 MiB and two passes: the least that the OWASP Password Storage Cheat Sheet recommends for
    /// Argon2id. Some 30 ms of one core.
    pub const RECOMMENDED: Self = Self { memory: 19_456, passes: 2 };

    /// As little as Argon2 takes, for tests that try thousands of PINs.
    pub const LEAST: Self = Self { memory: Params::MIN_M_COST, passes: Params::MIN_T_COST };

    fn params(self) -> Result<Params, CryptoError> {
        Params::new(self.memory, self.passes, 1, Some(HASH_BYTES))
            .map_err(|_| CryptoError::Authentic)
    }
}

/// A PIN as it is kept. Sealed besides, where it is stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinHash {
    cost: PinCost,
    salt: [u8; SALT_BYTES],
    hash: [u8; HASH_BYTES],
}

impl fmt::Debug for PinHash {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PinHash")
    }
}

impl LookupKey {
    /// The hash of a PIN that belongs to `of`. Takes a while, and blocks.
    pub fn hash_pin(
        &self,
        (tenant, of): (TenantId, &[u8; ID_BYTES]),
        pin: &str,
        cost: PinCost,
        randomness: &dyn Randomness,
    ) -> Result<PinHash, CryptoError> {
        let mut salt = [0; SALT_BYTES];
        randomness.fill(&mut salt);
        let hash = self.slow((tenant, of), pin, cost, &salt)?;
        Ok(PinHash { cost, salt, hash })
    }

    /// Whether that is the PIN, told in the same time wherever it differs. Takes a while, and blocks.
    pub fn is_pin(
        &self,
        (tenant, of): (TenantId, &[u8; ID_BYTES]),
        pin: &str,
        kept: &PinHash,
    ) -> Result<bool, CryptoError> {
        let hash = self.slow((tenant, of), pin, kept.cost, &kept.salt)?;
        Ok(hash.ct_eq(&kept.hash).into())
    }

    fn slow(
        &self,
        (tenant, of): (TenantId, &[u8; ID_BYTES]),
        pin: &str,
        cost: PinCost,
        salt: &[u8; SALT_BYTES],
    ) -> Result<[u8; HASH_BYTES], CryptoError> {
        let key = self.pin_key(tenant);
        let argon = Argon2::new_with_secret(
            key.as_slice(),
            Algorithm::Argon2id,
            Version::V0x13,
            cost.params()?,
        );
        let argon = argon.map_err(|_| CryptoError::Authentic)?;
        let salt = [salt.as_slice(), of].concat();
        let mut hash = [0; HASH_BYTES];
        argon
            .hash_password_into(pin.as_bytes(), &salt, &mut hash)
            .map_err(|_| CryptoError::Authentic)?;
        Ok(hash)
    }
}
