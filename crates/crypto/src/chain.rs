//! The audit's hash chain: one per tenant, each entry hashed together with the one before.
//!
//! SHA-256 (FIPS 180-4) of the framed
//!
//! | hash | label | fields |
//! |---|---|---|
//! | genesis | `cartola/audit-genesis/v1` | tenant (16 bytes) |
//! | link | `cartola/audit-link/v1` | previous hash (32 bytes), tenant (16), sequence (8), instant in nanoseconds since 1970 (16, two's complement), body |
//!
//! Sequences start at 1 and have no gap. An instant is hashed to the nanosecond, so whoever
//! stores it coarser rounds it before linking.
//!
//! # What it proves
//!
//! That the entries up to a head are those that led to it. The hash has no key: who can rewrite
//! the whole store can rewrite the whole chain, or cut its end off. Therefore a head is kept
//! elsewhere too (exported, printed, sent), and [`Verifier::finish`] compares with it.

mod verify;

use cartola_primitives::Timestamp;
use cartola_primitives::id::TenantId;
use sha2::{Digest, Sha256};

pub use verify::{BreakKind, ChainBreak, Entry, Verifier, verify};

use crate::fingerprint::HASH_BYTES;
use crate::frame::frame;
use crate::hex::shown_as_hex;

const GENESIS_LABEL: &str = "cartola/audit-genesis/v1";
const LINK_LABEL: &str = "cartola/audit-link/v1";

/// The hash of an entry and, through it, of all before. 64 hexadecimal digits; no secret.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChainHash([u8; HASH_BYTES]);

shown_as_hex!(ChainHash, HASH_BYTES);

impl ChainHash {
    /// What the first entry of the tenant's chain follows.
    pub fn genesis(tenant: TenantId) -> Self {
        Self::of(GENESIS_LABEL, &[tenant.as_bytes()])
    }

    fn of(label: &'static str, fields: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        frame(label, fields, |piece| hasher.update(piece));
        Self(hasher.finalize().into())
    }
}

/// The hash of the entry that follows `previous`. The first entry of a chain has sequence 1 and
/// follows [`ChainHash::genesis`].
pub fn link(
    previous: &ChainHash,
    tenant: TenantId,
    sequence: u64,
    at: Timestamp,
    body: &[u8],
) -> ChainHash {
    ChainHash::of(
        LINK_LABEL,
        &[
            previous.as_bytes(),
            tenant.as_bytes(),
            &sequence.to_be_bytes(),
            &at.as_nanosecond().to_be_bytes(),
            body,
        ],
    )
}

/// The last entry of a chain, or of what was seen of it so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChainHead {
    /// Its place, from 1; 0 before the first entry.
    pub sequence: u64,
    /// Its hash; the genesis before the first entry.
    pub hash: ChainHash,
}

impl ChainHead {
    /// The head of the tenant's chain before its first entry.
    pub fn start(tenant: TenantId) -> Self {
        Self { sequence: 0, hash: ChainHash::genesis(tenant) }
    }

    /// The head once the entry of `at` and `body` is appended.
    ///
    /// # Panics
    ///
    /// After 2⁶⁴ - 1 entries, which no audit reaches.
    #[must_use]
    pub fn followed_by(&self, tenant: TenantId, at: Timestamp, body: &[u8]) -> Self {
        let sequence = self.sequence.checked_add(1).expect("no audit reaches 2^64 - 1 entries");
        Self { sequence, hash: link(&self.hash, tenant, sequence, at, body) }
    }
}

impl From<(u64, ChainHash)> for ChainHead {
    fn from((sequence, hash): (u64, ChainHash)) -> Self {
        Self { sequence, hash }
    }
}
