use std::fmt;

use cartola_primitives::Randomness;
use cartola_primitives::Secret;
use cartola_primitives::id::{DataKeyId, TenantId};
use zeroize::Zeroizing;

use super::{KeyRing, MasterKey, MasterKeyId};
use crate::aead::{self, KEY_BYTES, OVERHEAD_BYTES};
use crate::error::CryptoError;
use crate::frame::framed;
use crate::seal::{DataKey, check_size};

const DATA_KEY_LABEL: &str = "cartola/wrap-data-key/v1";
const BYTES_LABEL: &str = "cartola/wrap-bytes/v1";

/// A key or other secret as it is stored: only the ring that holds `master` opens it.
#[derive(Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// The master key that wrapped it.
    pub master: MasterKeyId,
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
}

impl fmt::Debug for WrappedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "WrappedKey({} bytes, master {})", self.bytes.len(), self.master)
    }
}

/// Data keys: bound to their id, their tenant and their subject, such as a person.
impl KeyRing {
    /// Wraps `key` with the active master key. `subject` may be empty: a key of the tenant.
    pub fn wrap(
        &self,
        key: &DataKey,
        tenant: TenantId,
        subject: &[u8],
        randomness: &dyn Randomness,
    ) -> WrappedKey {
        let owner = Owner::DataKey { id: key.id(), tenant, subject };
        wrap_with(&self.active, &owner, key.bytes().as_slice(), randomness)
    }

    /// The data key of `wrapped`, if it was wrapped under this id for this tenant and subject.
    pub fn unwrap(
        &self,
        id: DataKeyId,
        tenant: TenantId,
        subject: &[u8],
        wrapped: &WrappedKey,
    ) -> Result<DataKey, CryptoError> {
        let plain = self.open(&Owner::DataKey { id, tenant, subject }, wrapped)?;
        key_bytes(&plain).map(|key| DataKey::from_bytes(id, key))
    }

    /// Wraps the same data key again, with the active master key. What it sealed stays as it is.
    pub fn rewrap(
        &self,
        id: DataKeyId,
        tenant: TenantId,
        subject: &[u8],
        wrapped: &WrappedKey,
        randomness: &dyn Randomness,
    ) -> Result<WrappedKey, CryptoError> {
        let key = self.unwrap(id, tenant, subject, wrapped)?;
        Ok(self.wrap(&key, tenant, subject, randomness))
    }
}

/// Other secrets of the installation, such as the look-up key: bound to their purpose.
impl KeyRing {
    /// Wraps `secret` with the active master key. Refuses more than
    /// [`MAX_PLAIN_BYTES`](crate::seal::MAX_PLAIN_BYTES).
    pub fn wrap_bytes(
        &self,
        purpose: &'static str,
        secret: &[u8],
        randomness: &dyn Randomness,
    ) -> Result<WrappedKey, CryptoError> {
        check_size(secret.len())?;
        Ok(self.wrap_small(purpose, secret, randomness))
    }

    /// The secret of `wrapped`, if it was wrapped for this purpose.
    pub fn unwrap_bytes(
        &self,
        purpose: &'static str,
        wrapped: &WrappedKey,
    ) -> Result<Secret<Vec<u8>>, CryptoError> {
        self.open(&Owner::Purpose(purpose), wrapped)
    }

    /// Wraps the same secret again, with the active master key.
    pub fn rewrap_bytes(
        &self,
        purpose: &'static str,
        wrapped: &WrappedKey,
        randomness: &dyn Randomness,
    ) -> Result<WrappedKey, CryptoError> {
        let secret = self.unwrap_bytes(purpose, wrapped)?;
        self.wrap_bytes(purpose, secret.expose(), randomness)
    }
}

impl KeyRing {
    /// Wraps a secret known to be far below the limit, so that it cannot fail.
    pub(crate) fn wrap_small(
        &self,
        purpose: &'static str,
        secret: &[u8],
        randomness: &dyn Randomness,
    ) -> WrappedKey {
        wrap_with(&self.active, &Owner::Purpose(purpose), secret, randomness)
    }

    fn open(
        &self,
        owner: &Owner<'_>,
        wrapped: &WrappedKey,
    ) -> Result<Secret<Vec<u8>>, CryptoError> {
        let master = self.master(wrapped.master)?;
        check_size(wrapped.bytes.len().saturating_sub(OVERHEAD_BYTES))?;
        aead::open(&master.derive(&owner.purpose()), &owner.bind(master.id()), &wrapped.bytes)
    }
}

/// Who a wrapped secret belongs to.
enum Owner<'a> {
    DataKey { id: DataKeyId, tenant: TenantId, subject: &'a [u8] },
    Purpose(&'static str),
}

impl Owner<'_> {
    /// What the wrapping key is derived for.
    fn purpose(&self) -> Vec<u8> {
        match self {
            Self::DataKey { tenant, subject, .. } => {
                framed(DATA_KEY_LABEL, &[tenant.as_bytes(), subject])
            }
            Self::Purpose(purpose) => framed(BYTES_LABEL, &[purpose.as_bytes()]),
        }
    }

    /// What the wrapped bytes are authenticated with.
    fn bind(&self, master: MasterKeyId) -> Vec<u8> {
        let master = master.as_bytes();
        match self {
            Self::DataKey { id, tenant, subject } => {
                framed(DATA_KEY_LABEL, &[tenant.as_bytes(), subject, master, id.as_bytes()])
            }
            Self::Purpose(purpose) => framed(BYTES_LABEL, &[purpose.as_bytes(), master]),
        }
    }
}

fn wrap_with(
    master: &MasterKey,
    owner: &Owner<'_>,
    secret: &[u8],
    randomness: &dyn Randomness,
) -> WrappedKey {
    let key = master.derive(&owner.purpose());
    let bytes = aead::seal(&key, &owner.bind(master.id()), secret, randomness);
    WrappedKey { master: master.id(), bytes }
}

/// The key that an unwrapped secret is. Authentic bytes of another length were wrapped as
/// something else.
pub(crate) fn key_bytes(plain: &Secret<Vec<u8>>) -> Result<aead::KeyBytes, CryptoError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    if plain.expose().len() != KEY_BYTES {
        return Err(CryptoError::Authentic);
    }
    key.copy_from_slice(plain.expose());
    Ok(key)
}
