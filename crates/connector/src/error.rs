//! Why a source could not be read.

use std::fmt;

/// Where in a source something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A cell of a sheet, 1-based. The sheet's name is left out where there is one sheet.
    Cell {
        /// Row, from 1.
        row: u32,
        /// Column, from 1; shown as letters.
        column: u32,
    },
    /// A line of a text file, from 1.
    Line(u64),
    /// The n-th transaction of a markup file, from 1.
    Transaction(u64),
    /// The file as a whole.
    File,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cell { row, column } => write!(f, "cell {}{row}", letters(*column)),
            Self::Line(line) => write!(f, "line {line}"),
            Self::Transaction(number) => write!(f, "transaction {number}"),
            Self::File => f.write_str("the file"),
        }
    }
}

fn letters(mut column: u32) -> String {
    let mut reversed = Vec::new();
    while column > 0 {
        let digit = (column - 1) % 26;
        reversed.push(char::from(b'A' + u8::try_from(digit).expect("a remainder of 26 is a byte")));
        column = (column - 1) / 26;
    }
    reversed.into_iter().rev().collect()
}

/// The class of a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DecodeErrorKind {
    /// No layout knows it.
    Unrecognised,
    /// A layout knows it and something in it is wrong.
    Malformed,
    /// It is of a known kind that is not read.
    Unsupported,
    /// A limit is passed.
    TooLarge,
    /// It is encrypted and no password, or a wrong one, was given.
    Encrypted,
    /// It needs a mapping file, or the one given is wrong.
    Mapping,
}

impl DecodeErrorKind {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unrecognised => "unrecognised",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::Encrypted => "encrypted",
            Self::Mapping => "mapping",
        }
    }
}

/// A source that is refused, as a whole. The reason says what was expected and what to do, and
/// quotes nothing of the source that could be personal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct DecodeError {
    /// The class.
    pub kind: DecodeErrorKind,
    /// Where.
    pub place: Place,
    /// Why, one sentence.
    pub reason: String,
}

impl DecodeError {
    /// A refusal at a place.
    pub fn new(kind: DecodeErrorKind, place: Place, reason: impl Into<String>) -> Self {
        Self { kind, place, reason: reason.into() }
    }

    /// Something in a known layout is wrong.
    pub fn malformed(place: Place, reason: impl Into<String>) -> Self {
        Self::new(DecodeErrorKind::Malformed, place, reason)
    }
}
