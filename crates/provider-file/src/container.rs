//! What a file is, told by its first bytes, and the opening of spreadsheet containers.

mod biff;
mod xlsx;
mod xlsx_audit;

use std::panic::{AssertUnwindSafe, catch_unwind};

use cartola_connector::{DecodeError, Place};

use crate::limits::{HEAD_ROWS, SNIFF_BYTES};
use crate::refusal::{self, Decoded};
use crate::sheet::Sheet;
use crate::text;

/// What to do with an encrypted workbook.
const PASSWORD: &str =
    "the workbook is encrypted; open it with its password and save it without one";

/// What the first bytes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A ZIP container, as XLSX is.
    Zip,
    /// An OLE2 container, as XLS and encrypted XLSX are.
    Ole,
    /// A known kind that is not read.
    Unread(Unread),
    /// Text of some sort: OFX, CSV.
    Text,
    /// Nothing that could be a statement.
    Unknown,
}

/// A kind that is known and not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unread {
    /// A web page, whatever its name says.
    Html,
    /// A PDF.
    Pdf,
    /// The XML spreadsheets of Excel 2003.
    ExcelXml,
}

impl Unread {
    /// What to do with it.
    pub(crate) fn refusal(self) -> DecodeError {
        refusal::unsupported(match self {
            Self::Html => {
                "this is a web page, whatever its name says; open it in a spreadsheet and save it as XLSX"
            }
            Self::Pdf => "PDF statements are not read; download the same statement as XLS or XLSX",
            Self::ExcelXml => {
                "this is an Excel 2003 XML file; open it in a spreadsheet and save it as XLSX"
            }
        })
    }
}

/// How much of a workbook is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// The rows in which the labels stand.
    Head,
    /// All of it.
    Whole,
}

impl Extent {
    /// How many rows from the top.
    const fn rows(self) -> u32 {
        match self {
            Self::Head => HEAD_ROWS,
            // No end, so that a sheet that is too long is refused and not cut.
            Self::Whole => u32::MAX,
        }
    }
}

/// Tells what a file is.
pub(crate) fn kind(bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"PK\x03\x04") {
        Kind::Zip
    } else if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        Kind::Ole
    } else if bytes.starts_with(b"%PDF-") {
        Kind::Unread(Unread::Pdf)
    } else {
        kind_of_text(&bytes[..bytes.len().min(SNIFF_BYTES)])
    }
}

fn kind_of_text(head: &[u8]) -> Kind {
    let is_control = |b: &u8| *b < b' ' && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0c);
    let head = text::without_mark(head);
    if head.trim_ascii().is_empty() || head.iter().any(is_control) {
        return Kind::Unknown;
    }
    let has = |mark: &[u8]| head.windows(mark.len()).any(|w| w.eq_ignore_ascii_case(mark));
    match head.trim_ascii_start() {
        [b'<', ..] if has(b"<Workbook") => Kind::Unread(Unread::ExcelXml),
        [b'<', ..] if has(b"<html") || has(b"<table") || has(b"<!doctype html") => {
            Kind::Unread(Unread::Html)
        }
        _ => Kind::Text,
    }
}

/// Opens a spreadsheet container of that kind.
///
/// The readers of containers are other people's code that walks offsets written by strangers. A
/// panic in one must not take the gateway down with it, so this is the one place that catches it;
/// nothing of the opening is used afterwards.
pub(crate) fn open(kind: Kind, bytes: &[u8], extent: Extent) -> Decoded<Vec<Sheet>> {
    let opened = catch_unwind(AssertUnwindSafe(|| match kind {
        Kind::Zip => xlsx::open(bytes, extent),
        _ => biff::open(bytes, extent),
    }));
    opened.unwrap_or_else(|_| {
        Err(refusal::malformed(Place::File, "the spreadsheet is damaged; download it again"))
    })
}
