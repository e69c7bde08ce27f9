//! Sealed columns: content that only opens where it was put.
//!
//! AES-256-GCM (NIST SP 800-38D, RFC 5116 §5.2) under a data key. [`Sealed::bytes`] is
//!
//! | bytes | content |
//! |---|---|
//! | 12 | nonce, random |
//! | n | ciphertext, as long as the plain content |
//! | 16 | tag |
//!
//! The associated data, which is authenticated and not stored, is framed (see the crate's page)
//! under `cartola/seal/v1`: table, column, row, tenant (16 bytes), schema version (2 bytes), data
//! key id (16 bytes). A value copied to another column, row or tenant, or relabelled with another
//! schema version, therefore does not open.
//!
//! # What it does not do
//!
//! Putting an older value of the same place back is not noticed here; the audit chain and the
//! versions of rows are there for that. The size of the content shows.

use std::fmt;

use cartola_primitives::Randomness;
use cartola_primitives::Secret;
use cartola_primitives::id::{DataKeyId, TenantId};

use crate::aead::{self, KeyBytes, OVERHEAD_BYTES};
use crate::error::CryptoError;
use crate::frame::framed;

/// The most that is sealed at once, bytes (64 MiB): opening needs it whole in memory, since
/// nothing may be used before its tag is checked. GCM itself would take 64 GiB.
pub const MAX_PLAIN_BYTES: usize = 64 << 20;

/// How many values one data key may seal, 2³² (NIST SP 800-38D §8.3): with random nonces of 96
/// bits, the chance that two are equal stays below 2⁻³². Nothing here can count; whoever hands
/// out data keys makes a new one long before.
pub const MAX_MESSAGES_PER_KEY: u64 = 1 << 32;

const LABEL: &str = "cartola/seal/v1";

/// The place that a sealed value belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The table, by the name it had when the value was first sealed.
    pub table: &'static str,
    /// The column, by the name it had when the value was first sealed.
    pub column: &'static str,
    /// The primary key of the row, in any encoding that never changes.
    pub row: &'a [u8],
    /// Whose row it is.
    pub tenant: TenantId,
}

impl Place<'_> {
    fn bind(&self, schema: u16, key: DataKeyId) -> Vec<u8> {
        framed(
            LABEL,
            &[
                self.table.as_bytes(),
                self.column.as_bytes(),
                self.row,
                self.tenant.as_bytes(),
                &schema.to_be_bytes(),
                key.as_bytes(),
            ],
        )
    }
}

/// A value as it is stored. Its fields may be stored in columns of their own: none can be changed
/// without [`DataKey::open`] noticing.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The data key that opens it.
    pub key: DataKeyId,
    /// Version of the shape of the plain content, chosen by who seals.
    pub schema: u16,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, schema, bytes } = self;
        write!(formatter, "Sealed({} bytes, key {key}, schema {schema})", bytes.len())
    }
}

/// A key of 256 bits that seals and opens. Stored only [wrapped](crate::KeyRing::wrap), wiped
/// when dropped.
pub struct DataKey {
    id: DataKeyId,
    key: KeyBytes,
}

impl DataKey {
    /// A fresh key under `id`. The id must not have been used for another key.
    pub fn generate(id: DataKeyId, randomness: &dyn Randomness) -> Self {
        Self { id, key: aead::generate_key(randomness) }
    }

    pub(crate) fn from_bytes(id: DataKeyId, key: KeyBytes) -> Self {
        Self { id, key }
    }

    pub(crate) fn bytes(&self) -> &KeyBytes {
        &self.key
    }

    /// The id that sealed values name.
    pub fn id(&self) -> DataKeyId {
        self.id
    }

    /// Seals `plain` for `place`. Refuses more than [`MAX_PLAIN_BYTES`].
    pub fn seal(
        &self,
        place: &Place<'_>,
        schema: u16,
        plain: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<Sealed, CryptoError> {
        check_size(plain.len())?;
        let bytes = aead::seal(&self.key, &place.bind(schema, self.id), plain, randomness);
        Ok(Sealed { key: self.id, schema, bytes })
    }

    /// The plain content of `sealed`, if it was sealed for `place` with this key and nothing of
    /// it has changed since.
    pub fn open(&self, place: &Place<'_>, sealed: &Sealed) -> Result<Secret<Vec<u8>>, CryptoError> {
        if sealed.key != self.id {
            return Err(CryptoError::OtherDataKey { sealed: sealed.key, held: self.id });
        }
        check_size(sealed.bytes.len().saturating_sub(OVERHEAD_BYTES))?;
        aead::open(&self.key, &place.bind(sealed.schema, self.id), &sealed.bytes)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DataKey({})", self.id)
    }
}

/// Refuses what is too large to seal at once.
pub(crate) fn check_size(size: usize) -> Result<(), CryptoError> {
    if size > MAX_PLAIN_BYTES {
        return Err(CryptoError::TooLarge { size, limit: MAX_PLAIN_BYTES });
    }
    Ok(())
}
