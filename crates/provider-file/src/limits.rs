//! Every limit of this crate, with its unit and why it is what it is. Reaching one refuses the
//! file with [`DecodeErrorKind::TooLarge`](cartola_connector::DecodeErrorKind::TooLarge) or, for a
//! value out of range, as malformed; nothing is ever cut silently.

pub use cartola_connector::{
    MAX_BATCHES as MAX_ACCOUNTS, MAX_MAPPING_BYTES, MAX_SOURCE_BYTES as MAX_FILE_BYTES,
};
use jiff::civil::{Date, date};

/// Most entries of an XLSX container. Banks' files have about a dozen.
pub const MAX_ZIP_ENTRIES: usize = 64;

/// Most bytes that an XLSX container may inflate to, counted while inflating: what a container
/// declares of itself is not believed.
pub const MAX_INFLATED_BYTES: u64 = 128 << 20;

/// Most bytes of a part of an XLSX container that is neither a sheet nor the table of shared
/// texts. Styles grow in memory by some forty times when they are read.
pub const MAX_SMALL_PART_BYTES: u64 = 2 << 20;

/// Most texts that a workbook may share, declared or there: XLSX's reader reserves room for as many
/// as are declared, and an empty one takes more memory than bytes.
pub const MAX_SHARED_TEXTS: usize = 2_000_000;

/// Most sheets of a workbook that are read. The layouts known have one or two.
pub const MAX_SHEETS: usize = 16;

/// Most rows of a sheet and most movements of a file. An account with 1,000 movements a working
/// day has this many in a year.
pub const MAX_ROWS: u32 = 250_000;

/// Most columns of a sheet or fields of a line. The widest layout known has about 75.
pub const MAX_COLUMNS: u32 = 256;

/// Most cells of a workbook that hold something: [`MAX_ROWS`] rows of 16.
pub const MAX_CELLS: usize = 4_000_000;

/// Longest text of a cell or field, in characters. Legal notes stay below 2,000.
pub const MAX_TEXT_CHARACTERS: usize = 4_096;

/// Most text of a workbook, in bytes, each cell counted: a few long shared texts used by many
/// cells would otherwise outgrow memory.
pub const MAX_WORKBOOK_TEXT_BYTES: usize = 64 << 20;

/// Longest glosa, in characters. Banks print at most about 100.
pub const MAX_GLOSA_CHARACTERS: usize = 1_000;

/// Longest document number, reference, channel, city or counterparty field, in characters. A FITID
/// may have 255 by its standard.
pub const MAX_DETAIL_CHARACTERS: usize = 255;

/// Deepest nesting of markup, in elements. OFX needs 9, a worksheet 8.
pub const MAX_XML_DEPTH: usize = 64;

/// Rows from the top in which a sheet's labels and table header must stand. The deepest header
/// known is in row 53.
pub const HEAD_ROWS: u32 = 200;

/// First bytes of a text file that are looked at to tell what it is.
pub const SNIFF_BYTES: usize = 4_096;

/// First day that a file may speak of. No bank's electronic statement is older.
pub const FIRST_DAY: Date = date(1990, 1, 1);

/// Days after today that a file may speak of: banks give what happens on a weekend or holiday the
/// date of the next bank day, which in September may be five days off.
pub const DAYS_AHEAD: i64 = 7;

/// Largest amount or balance, in minor units of its currency, either sign. [`MAX_ROWS`] of them
/// still sum up within 64 bits.
pub const MAX_AMOUNT_MINOR: i64 = 30_000_000_000_000;

/// Most warnings of one batch; one more says how many there were.
pub const MAX_WARNINGS: usize = 100;
