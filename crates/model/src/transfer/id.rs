//! What names a transfer from one end to the other.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes in an end-to-end id.
const BYTES: usize = 16;

/// What a transfer is known by at the bank and here: ours, made before the bank is told, so that it
/// can be asked about whatever becomes of the first call. 32 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndToEndId([u8; BYTES]);

/// The text is no end-to-end id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an end-to-end id is 32 lower-case hexadecimal digits")]
pub struct EndToEndIdError;

impl EndToEndId {
    /// The id of these bytes, which nothing else has: minted, time-ordered or random.
    pub const fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; BYTES] {
        &self.0
    }

    /// Reads an id.
    pub fn parse(text: &str) -> Result<Self, EndToEndIdError> {
        let is_lower_hex = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() != 2 * BYTES || !text.bytes().all(is_lower_hex) {
            return Err(EndToEndIdError);
        }
        let number = u128::from_str_radix(text, 16).map_err(|_| EndToEndIdError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

impl fmt::Display for EndToEndId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for EndToEndId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl FromStr for EndToEndId {
    type Err = EndToEndIdError;

    fn from_str(text: &str) -> Result<Self, EndToEndIdError> {
        Self::parse(text)
    }
}

impl Serialize for EndToEndId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for EndToEndId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::EndToEndId;

    #[test]
    fn an_id_is_read_in_one_form() {
        let text = "00ff0000000000000000000000000001";
        let id = EndToEndId::parse(text).unwrap();
        assert_eq!((id.to_string().as_str(), id.as_bytes()[1]), (text, 0xff));
        assert_eq!(EndToEndId::from_bytes(*id.as_bytes()), id);
        for wrong in ["", "00FF0000000000000000000000000001", "+0ff0000000000000000000000000001"] {
            assert!(EndToEndId::parse(wrong).is_err(), "{wrong}");
        }
    }
}
