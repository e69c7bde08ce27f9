//! Refusals, in the words of this crate. No reason quotes what a file says.

use cartola_connector::{DecodeError, DecodeErrorKind, Place};

pub(crate) type Decoded<T> = Result<T, DecodeError>;

pub(crate) fn malformed(place: Place, reason: impl Into<String>) -> DecodeError {
    DecodeError::malformed(place, reason)
}

pub(crate) fn too_large(place: Place, reason: impl Into<String>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::TooLarge, place, reason)
}

pub(crate) fn unsupported(reason: impl Into<String>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Unsupported, Place::File, reason)
}

pub(crate) fn unrecognised(reason: impl Into<String>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Unrecognised, Place::File, reason)
}

pub(crate) fn encrypted(reason: impl Into<String>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Encrypted, Place::File, reason)
}

pub(crate) fn mapping(reason: impl Into<String>) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Mapping, Place::File, reason)
}

/// A cell's place, 1-based.
pub(crate) const fn cell(row: u32, column: u32) -> Place {
    Place::Cell { row, column }
}
