//! What keys of the installation are for that are kept together.

use crate::{jwe, jws};

/// How a stored key works, and so what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyAlgorithm {
    /// It signs tokens.
    Signs(jws::Algorithm),
    /// It opens messages.
    Opens(jwe::Algorithm),
}

impl KeyAlgorithm {
    /// The name of the algorithm, which tells the kinds apart.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Signs(algorithm) => algorithm.name(),
            Self::Opens(algorithm) => algorithm.name(),
        }
    }

    /// The one of that name, letter by letter.
    pub fn parse(name: &str) -> Option<Self> {
        let signs = jws::Algorithm::parse(name).map(Self::Signs);
        signs.or_else(|| jwe::Algorithm::parse(name).map(Self::Opens))
    }
}

impl From<jws::Algorithm> for KeyAlgorithm {
    fn from(algorithm: jws::Algorithm) -> Self {
        Self::Signs(algorithm)
    }
}

impl From<jwe::Algorithm> for KeyAlgorithm {
    fn from(algorithm: jwe::Algorithm) -> Self {
        Self::Opens(algorithm)
    }
}
