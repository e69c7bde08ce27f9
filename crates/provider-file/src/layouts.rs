//! The table of layouts. A new one is a module here and one line of [`LAYOUTS`].

mod banco_chile;
mod csv_mapped;
mod ofx1;
mod ofx2;

use cartola_connector::{Batch, Layout, Recognition, SourceFile};

use crate::day::Days;
use crate::heading::Heading;
use crate::refusal::Decoded;

/// Every layout, in the order in which they are tried.
pub(crate) static LAYOUTS: &[Entry] = &[
    banco_chile::account_sheet::ENTRY,
    banco_chile::card_unbilled_sheet::ENTRY,
    ofx1::ENTRY,
    ofx2::ENTRY,
    csv_mapped::ENTRY,
];

/// One layout: what it is called, how it is known and how it is read.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) layout: Layout,
    pub(crate) shape: Shape,
}

/// The sort of file that a layout lives in.
#[derive(Debug)]
pub(crate) enum Shape {
    /// A sheet of a workbook.
    Sheet(SheetShape),
    /// A text file.
    Text(TextShape),
}

/// A layout of a sheet, known by its labels alone.
#[derive(Debug)]
pub(crate) struct SheetShape {
    /// What some text of the head begins with, folded.
    pub(crate) title: &'static str,
    /// Table headers, folded, of which some row has all of one list.
    pub(crate) headers: &'static [&'static [&'static str]],
    /// Reads a sheet that bears them.
    pub(crate) decode: fn(&Heading<'_>, Days) -> Decoded<Vec<Batch>>,
}

impl SheetShape {
    /// Whether the sheet bears the layout's signature.
    pub(crate) fn matches(&self, heading: &Heading<'_>) -> bool {
        heading.starting(self.title).next().is_some()
            && self.headers.iter().any(|columns| heading.has_header(columns))
    }
}

/// A layout of a text file.
#[derive(Debug)]
pub(crate) struct TextShape {
    /// Whether the file is one, by its first bytes.
    pub(crate) recognise: fn(&SourceFile<'_>) -> Recognition,
    /// Reads it.
    pub(crate) decode: fn(&SourceFile<'_>) -> Decoded<Vec<Batch>>,
}
