//! What a table, a row and a value are, whatever backend holds them.

use std::fmt;

/// A value. The order is that of keys: what is absent comes first, bytes and texts count by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number; of a flag 0 or 1.
    Integer(i64),
    /// A text.
    Text(String),
    /// Bytes, and ids.
    Bytes(Vec<u8>),
}

/// Rows hold what people have: none of it is shown.
impl fmt::Debug for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("…")
    }
}

impl Cell {
    /// About how many bytes of memory it takes.
    fn size(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::Null | Self::Integer(_) => 0,
                Self::Text(text) => text.len(),
                Self::Bytes(bytes) => bytes.len(),
            }
    }

    /// The bytes, if it is bytes.
    pub fn bytes(&self) -> Option<&[u8]> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// The number, if it is one.
    pub const fn integer(&self) -> Option<i64> {
        if let Self::Integer(integer) = self { Some(*integer) } else { None }
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// A value of a key, to name a row by. Keys are ids, numbers, words and keyed digests.
impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => formatter.write_str("none"),
            Self::Integer(integer) => write!(formatter, "{integer}"),
            Self::Text(text) => formatter.write_str(text),
            Self::Bytes(bytes) => bytes.iter().try_for_each(|byte| write!(formatter, "{byte:02x}")),
        }
    }
}

/// The values of a row, in the order of its table's columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// About how many bytes of memory it takes.
    pub fn size(&self) -> usize {
        self.0.iter().map(Cell::size).sum()
    }
}

/// What a column holds; each may be absent where the backend lets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An id of 16 bytes.
    Id,
    /// The same, where a backend that must compare what is absent writes it in another way.
    IdOrNone,
    /// Bytes.
    Bytes,
    /// A text.
    Text,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// So many of the first columns are its key: no two rows have the same.
    pub key: usize,
    /// All columns.
    pub columns: &'static [Column],
}

impl Table {
    /// Where a column stands.
    ///
    /// # Panics
    ///
    /// Where there is none of that name.
    pub fn place(&self, name: &str) -> usize {
        let place = self.columns.iter().position(|column| column.name == name);
        place.expect("the columns that code names are those of the catalogue")
    }

    /// The values by which a row is found.
    pub fn key<'row>(&self, row: &'row Row) -> &'row [Cell] {
        &row.0[..self.key]
    }

    /// The names of its columns.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().map(|column| column.name)
    }
}
