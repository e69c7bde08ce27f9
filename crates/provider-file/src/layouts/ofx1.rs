//! OFX 1 in SGML.

use cartola_connector::{Batch, Layout, Provenance, Recognition, SourceFile};

use super::{Entry, Shape, TextShape};
use crate::day::Days;
use crate::ofx;
use crate::refusal::Decoded;

const ID: &str = "ofx/1";

/// The layout.
pub(super) const ENTRY: Entry = Entry {
    layout: Layout {
        id: ID,
        summary: "OFX 1 (SGML), statements of bank accounts and credit cards",
        provenance: Provenance::Standard,
    },
    shape: Shape::Text(TextShape { recognise, decode }),
};

fn recognise(file: &SourceFile<'_>) -> Recognition {
    if ofx::is_version_1(&file.bytes) { Recognition::Certain } else { Recognition::No }
}

fn decode(file: &SourceFile<'_>) -> Decoded<Vec<Batch>> {
    ofx::decode_version_1(&file.bytes, ID, Days::until(file.today))
}
