//! Values of fixed length that are shown as lowercase hexadecimal digits.

use data_encoding::HEXLOWER_PERMISSIVE;

use crate::CryptoError;

/// The bytes that `text` spells; upper case is read too.
pub fn decode<const BYTES: usize>(text: &str) -> Result<[u8; BYTES], CryptoError> {
    let malformed = CryptoError::HexFormat { expected: 2 * BYTES };
    if text.len() != 2 * BYTES {
        return Err(malformed);
    }
    let mut bytes = [0; BYTES];
    match HEXLOWER_PERMISSIVE.decode_mut(text.as_bytes(), &mut bytes) {
        Ok(_) => Ok(bytes),
        Err(_) => Err(malformed),
    }
}

/// Gives a newtype over bytes its text form: `Display`, `Debug` and serde as hexadecimal digits,
/// `FromStr` back. For values that are no secret.
macro_rules! shown_as_hex {
    ($name:ident, $bytes:expr) => {
        impl $name {
            /// The value of these bytes.
            pub const fn from_bytes(bytes: [u8; $bytes]) -> Self {
                Self(bytes)
            }

            /// The bytes of the value.
            pub const fn as_bytes(&self) -> &[u8; $bytes] {
                &self.0
            }

            /// Lowercase hexadecimal digits, two a byte.
            pub fn hex(&self) -> String {
                data_encoding::HEXLOWER.encode(&self.0)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                data_encoding::HEXLOWER.encode_display(&self.0).fmt(formatter)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::CryptoError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::hex::decode(text).map(Self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

pub(crate) use shown_as_hex;
