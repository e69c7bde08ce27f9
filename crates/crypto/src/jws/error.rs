use super::MAX_TOKEN_BYTES;

/// Why a token is not taken, or not given out. No message repeats any of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Longer than [`MAX_TOKEN_BYTES`].
    #[error("the token is longer than {MAX_TOKEN_BYTES} bytes")]
    TooLarge,
    /// Not of the form that this gateway gives out.
    #[error("the token is malformed: {part}")]
    Malformed {
        /// Where it is not.
        part: Part,
    },
    /// A member stands twice in header or claims, and readers differ in which of them counts.
    #[error("a member is twice in the token: {part}")]
    DuplicateMember {
        /// Where.
        part: Part,
    },
    /// `alg` is `none`.
    #[error("the token is not signed")]
    Unsigned,
    /// `alg` is not the algorithm of the key that `kid` names.
    #[error("the token names another algorithm than its key has")]
    OtherAlgorithm,
    /// No key of this `kid` is at hand.
    #[error("the token was signed with a key that is unknown here, or retired")]
    UnknownKey,
    /// The signature is not that of the key.
    #[error("the signature does not fit the token")]
    Signature,
    /// `typ` is another.
    #[error("the token is of another kind than is taken here")]
    OtherKind,
    /// `iss` is another.
    #[error("the token was issued by another gateway")]
    OtherIssuer,
    /// `aud` is another.
    #[error("the token was issued for another audience")]
    OtherAudience,
    /// `exp` has come.
    #[error("the token has expired")]
    Expired,
    /// `nbf` or `iat` lies ahead.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// A claim is absent or of another type.
    #[error("the claim `{name}` is missing or is not what it must be")]
    Claim {
        /// Its name.
        name: &'static str,
    },
    /// A claim of the caller's has the name of a registered one.
    #[error("a claim of one's own cannot have the name of a registered one")]
    ReservedClaim,
}

/// A part of a compact JWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The whole: three parts with points between them.
    Form,
    /// The first.
    Header,
    /// The second.
    Claims,
    /// The third.
    Signature,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Form => "it is not three parts with points between them",
            Self::Header => "in its header",
            Self::Claims => "in its claims",
            Self::Signature => "in its signature",
        })
    }
}
