//! CSV of any bank or program, read through a mapping that its user writes.

use cartola_connector::{Batch, Layout, Provenance, Recognition, SourceFile};

use super::{Entry, Shape, TextShape};
use crate::limits::SNIFF_BYTES;
use crate::mapped;
use crate::refusal::{self, Decoded};

const ID: &str = "csv/mapped";

/// The layout.
pub(super) const ENTRY: Entry = Entry {
    layout: Layout {
        id: ID,
        summary: "CSV of any origin, with a mapping file that says what its columns are",
        provenance: Provenance::Mapped,
    },
    shape: Shape::Text(TextShape { recognise, decode }),
};

/// Never certain: CSV has no signature. A mapping that is given says that the text is CSV.
fn recognise(file: &SourceFile<'_>) -> Recognition {
    let head = &file.bytes[..file.bytes.len().min(SNIFF_BYTES)];
    let is_parted = head.contains(&b'\n') && head.iter().any(|b| b";,\t|".contains(b));
    let is_markup = head.trim_ascii_start().starts_with(b"<");
    if file.mapping.is_some() || (is_parted && !is_markup) {
        Recognition::Possible
    } else {
        Recognition::No
    }
}

fn decode(file: &SourceFile<'_>) -> Decoded<Vec<Batch>> {
    let mapping = file.mapping.ok_or_else(|| {
        refusal::mapping(
            "a CSV file does not say what its columns are; give a mapping file with it, \
             see docs/examples/mapping.toml",
        )
    })?;
    mapped::decode(file, mapping, ID).map(|batch| vec![batch])
}
