//! Text files as UTF-8, from what they are written in.

use std::borrow::Cow;

use cartola_connector::Place;
use encoding_rs::WINDOWS_1252;

use crate::refusal::{self, Decoded};

const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a text file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Charset {
    /// UTF-8 where it is sound UTF-8, Windows-1252 otherwise.
    Detect,
    /// UTF-8 and nothing else.
    Utf8,
    /// Windows-1252, which holds ISO 8859-1's printable characters too.
    Windows1252,
}

/// Reads a whole file. A byte order mark is left out.
pub(crate) fn decode(bytes: &[u8], charset: Charset) -> Decoded<Cow<'_, str>> {
    let bytes = without_mark(bytes);
    match (charset, std::str::from_utf8(bytes)) {
        (Charset::Detect | Charset::Utf8, Ok(text)) => Ok(Cow::Borrowed(text)),
        (Charset::Utf8, Err(error)) => {
            let place = Place::Line(line_of(bytes, error.valid_up_to()));
            Err(refusal::malformed(place, "expected UTF-8, as the file or its mapping says it is"))
        }
        (Charset::Detect | Charset::Windows1252, _) => {
            Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0)
        }
    }
}

/// The bytes after the byte order mark, if there is one.
pub(crate) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(UTF8_MARK).unwrap_or(bytes)
}

/// The line, from 1, in which the byte stands.
pub(crate) fn line_of(bytes: &[u8], position: usize) -> u64 {
    let before = &bytes[..position.min(bytes.len())];
    1 + before.iter().fold(0, |lines, byte| lines + u64::from(*byte == b'\n'))
}
