use cartola_primitives::id::DataKeyId;

use crate::ring::MasterKeyId;

/// Why something could not be sealed, opened, wrapped or read as a key.
///
/// Messages name keys by their ids and sizes in bytes, never key material or content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The tag does not fit: other bytes, another place, another key under the same id.
    #[error(
        "the sealed value was altered, or belongs elsewhere; restore this row from a backup that \
         was made with the same keys"
    )]
    Authentic,
    /// The value says that another data key sealed it.
    #[error("the value was sealed with data key {sealed}, but {held} was used; load {sealed}")]
    OtherDataKey {
        /// The key that the value names.
        sealed: DataKeyId,
        /// The key that was asked to open it.
        held: DataKeyId,
    },
    /// The ring holds no master key of this id.
    #[error("master key {id} is not in the key ring; add it to the retired master keys")]
    UnknownMasterKey {
        /// The master key that wrapped the value.
        id: MasterKeyId,
    },
    /// More bytes than are ever sealed at once.
    #[error("{size} bytes are too many to seal at once; at most {limit} are allowed, split them")]
    TooLarge {
        /// Size of the plain content, bytes.
        size: usize,
        /// The limit it exceeds, bytes.
        limit: usize,
    },
    /// Text or bytes that are no key of 256 bits.
    #[error(
        "the key is not 32 bytes in padded base64 (44 characters); `openssl rand -base64 32` makes one"
    )]
    KeyFormat,
    /// Text that is no secret of a webhook.
    #[error("a webhook secret is whsec_ and base64 of 24 to 64 bytes")]
    WebhookSecretFormat,
    /// Text or bytes that are no digest, hash or key id.
    #[error("expected {expected} hexadecimal digits")]
    HexFormat {
        /// How many digits make the value.
        expected: usize,
    },
}
