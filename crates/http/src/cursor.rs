//! Opaque cursors: where a list goes on, bound to the list, its filters and its tenant.

mod movement;

use cartola_primitives::id::TenantId;
use data_encoding::BASE64URL_NOPAD;
use sha2::{Digest, Sha256};

use crate::problem::{Code, Problem, Text};

/// Shape of the bytes inside.
const VERSION: u8 = 1;

/// Bytes of the seal that ties a cursor to its list. It keeps mistakes out, not attackers: whoever
/// computes one himself reads his own list from another place.
const SEAL_BYTES: usize = 12;

/// Longest position, in bytes.
const MAX_POSITION_BYTES: usize = 64;

/// Longest cursor, in characters.
pub const MAX_CURSOR_CHARACTERS: usize = (1 + SEAL_BYTES + MAX_POSITION_BYTES).div_ceil(3) * 4;

/// A list that cursors are of.
#[derive(Debug, Clone, Copy)]
pub struct List<'a> {
    /// Which list.
    pub name: &'static str,
    /// Whose.
    pub tenant: TenantId,
    /// Its filters and order, in a form that is equal for equal lists.
    pub filters: &'a [u8],
}

/// A place in a list, as callers hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor for a position in a list.
    pub fn new(list: List<'_>, position: &[u8]) -> Self {
        debug_assert!(position.len() <= MAX_POSITION_BYTES, "positions are keys of lists");
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(&seal(list, position));
        bytes.extend_from_slice(position);
        Self(BASE64URL_NOPAD.encode(&bytes))
    }

    /// Takes what a caller sent; whether it is a cursor shows when it is opened.
    pub fn parse(text: &str) -> Result<Self, Text> {
        if (1..=MAX_CURSOR_CHARACTERS).contains(&text.len()) {
            return Ok(Self(text.to_owned()));
        }
        Err(Text::fixed(
            "expected the `next_cursor` of an earlier answer",
            "se esperaba el `next_cursor` de una respuesta anterior",
        ))
    }

    /// The position, if the cursor is of this list.
    pub fn open(&self, list: List<'_>) -> Result<Vec<u8>, Problem> {
        self.position(list).ok_or_else(|| Problem::new(Code::CursorInvalid))
    }

    fn position(&self, list: List<'_>) -> Option<Vec<u8>> {
        let bytes = BASE64URL_NOPAD.decode(self.0.as_bytes()).ok()?;
        let (version, rest) = bytes.split_first()?;
        let (sealed, position) = rest.split_first_chunk::<SEAL_BYTES>()?;
        let sound = *version == VERSION && *sealed == seal(list, position);
        sound.then(|| position.to_vec())
    }

    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn seal(list: List<'_>, position: &[u8]) -> [u8; SEAL_BYTES] {
    let mut hash = Sha256::new();
    for part in [&[VERSION], list.name.as_bytes(), list.tenant.as_bytes(), list.filters, position] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let digest: [u8; 32] = hash.finalize().into();
    *digest.first_chunk().expect("a seal is shorter than a hash")
}
