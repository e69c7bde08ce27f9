//! The connector: tells what a file is and hands it to its layout.

use cartola_connector::{Batch, Connector, DecodeError, Manifest, Place, Recognition, SourceFile};

use crate::container::{self, Extent, Kind};
use crate::day::Days;
use crate::heading::Heading;
use crate::layouts::{LAYOUTS, Shape, SheetShape, TextShape};
use crate::limits::MAX_FILE_BYTES;
use crate::refusal::{self, Decoded};

/// Statement files of Chilean banks, OFX and mapped CSV.
#[derive(Debug)]
pub struct StatementFiles {
    manifest: Manifest,
}

impl StatementFiles {
    /// With every layout of the table.
    pub fn new() -> Self {
        let layouts = LAYOUTS.iter().map(|entry| entry.layout).collect();
        let summary = "statement files of Chilean banks, OFX and CSV with a mapping";
        Self { manifest: Manifest::new("file", summary).decoding(layouts) }
    }
}

impl Default for StatementFiles {
    fn default() -> Self {
        Self::new()
    }
}

impl Connector for StatementFiles {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn recognise(&self, file: &SourceFile<'_>) -> Recognition {
        let kind = container::kind(&file.bytes);
        match kind {
            // Decoding says why it cannot be read, which helps more than not knowing it.
            _ if file.bytes.trim_ascii().is_empty() => Recognition::Possible,
            Kind::Unknown => Recognition::No,
            _ if file.bytes.len() > MAX_FILE_BYTES => Recognition::Possible,
            Kind::Unread(_) => Recognition::Possible,
            Kind::Text => text_layout(file).map_or(Recognition::No, |(_, recognition)| recognition),
            Kind::Zip | Kind::Ole => match container::open(kind, &file.bytes, Extent::Head) {
                Ok(sheets)
                    if sheets.iter().any(|sheet| sheet_layout(&Heading::of(sheet)).is_some()) =>
                {
                    Recognition::Certain
                }
                _ => Recognition::Possible,
            },
        }
    }

    fn decode(&self, file: &SourceFile<'_>) -> Result<Vec<Batch>, DecodeError> {
        if file.bytes.len() > MAX_FILE_BYTES {
            let limit = format!("expected a file of at most {MAX_FILE_BYTES} bytes");
            return Err(refusal::too_large(Place::File, limit));
        }
        if file.bytes.trim_ascii().is_empty() {
            return Err(refusal::unrecognised("it is empty"));
        }
        match container::kind(&file.bytes) {
            Kind::Unknown => Err(refusal::unrecognised(
                "expected a statement as XLS, XLSX, OFX or CSV; this is none of them",
            )),
            Kind::Unread(unread) => Err(unread.refusal()),
            Kind::Text => match text_layout(file) {
                Some((shape, _)) => (shape.decode)(file),
                None => Err(refusal::unrecognised(
                    "expected OFX, or CSV with a mapping file; this text is neither",
                )),
            },
            kind => decode_sheets(kind, file),
        }
    }
}

fn decode_sheets(kind: Kind, file: &SourceFile<'_>) -> Decoded<Vec<Batch>> {
    let sheets = container::open(kind, &file.bytes, Extent::Whole)?;
    let days = Days::until(file.today);
    let mut batches = Vec::new();
    for sheet in &sheets {
        let heading = Heading::of(sheet);
        if let Some(shape) = sheet_layout(&heading) {
            batches.extend((shape.decode)(&heading, days)?);
        }
    }
    if batches.is_empty() {
        return Err(refusal::unrecognised(
            "the workbook has none of the titles and table headers that are known; \
             docs/statement-files.md lists them, and a CSV export can be read with a mapping",
        ));
    }
    Ok(batches)
}

fn sheet_layout(heading: &Heading<'_>) -> Option<&'static SheetShape> {
    LAYOUTS.iter().find_map(|entry| match &entry.shape {
        Shape::Sheet(shape) if shape.matches(heading) => Some(shape),
        _ => None,
    })
}

/// The text layout that is surest of the file.
fn text_layout(file: &SourceFile<'_>) -> Option<(&'static TextShape, Recognition)> {
    LAYOUTS
        .iter()
        .filter_map(|entry| match &entry.shape {
            Shape::Text(shape) => Some((shape, (shape.recognise)(file))),
            Shape::Sheet(_) => None,
        })
        .filter(|(_, recognition)| *recognition > Recognition::No)
        .max_by_key(|(_, recognition)| *recognition)
}
