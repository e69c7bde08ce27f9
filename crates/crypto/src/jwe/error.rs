/// Why a message is not read. No text repeats any of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JweError {
    /// Longer than [`super::MAX_MESSAGE_BYTES`].
    #[error("the message is longer than {} bytes", super::MAX_MESSAGE_BYTES)]
    TooLarge,
    /// Not five parts, or its header is none.
    #[error("the message is no compact JWE")]
    Malformed,
    /// `alg` or `enc` is none that is taken here, or the header asks for more.
    #[error(
        "`alg` must be RSA-OAEP-256 or ECDH-ES+A256KW, and `enc` A256GCM, without `crit` or `zip`"
    )]
    Algorithm,
    /// No key of this `kid` is at hand, or none of this algorithm.
    #[error("the message was encrypted to a key that is unknown here, or retired")]
    UnknownKey,
    /// It does not open.
    #[error("the message does not open with the key that it names")]
    Closed,
}
