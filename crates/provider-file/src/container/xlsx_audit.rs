//! Measures an XLSX container before it is read: by inflating it, since sizes that it declares of
//! itself may lie.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use cartola_connector::{DecodeError, Place};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use crate::limits::{
    MAX_INFLATED_BYTES, MAX_SHARED_TEXTS, MAX_SMALL_PART_BYTES, MAX_XML_DEPTH, MAX_ZIP_ENTRIES,
};
use crate::refusal::{self, Decoded};

/// What every entry has once in the container's directory.
const ENTRY_SIGNATURE: &[u8] = b"PK\x01\x02";

const DAMAGED: &str = "the ZIP container is damaged or cut short; download the file again";

/// Refuses a container beyond the limits, encrypted or damaged.
pub(crate) fn check(bytes: &[u8]) -> Decoded<()> {
    // Counted in the bytes, since opening already takes memory for every entry.
    let entries = bytes.windows(4).filter(|window| *window == ENTRY_SIGNATURE).count();
    if entries > MAX_ZIP_ENTRIES {
        let limit = format!("expected at most {MAX_ZIP_ENTRIES} entries in the XLSX container");
        return Err(refusal::too_large(Place::File, limit));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    let mut left = MAX_INFLATED_BYTES;
    for index in 0..archive.len() {
        left -= inflate(&mut archive, index, left)?;
    }
    Ok(())
}

/// Inflates one entry and tells how many bytes it came to.
fn inflate(archive: &mut ZipArchive<Cursor<&[u8]>>, index: usize, left: u64) -> Decoded<u64> {
    let raw = archive.by_index_raw(index).map_err(|_| damaged())?;
    let name = raw.name().map_err(|_| damaged())?.to_ascii_lowercase();
    let encrypted = raw.encrypted();
    drop(raw);
    if encrypted {
        return Err(refusal::encrypted(super::PASSWORD));
    }
    let allowed = if may_be_large(&name) { left } else { left.min(MAX_SMALL_PART_BYTES) };
    let entry = archive.by_index(index).map_err(|_| damaged())?;
    let mut part = BufReader::new(entry.take(allowed + 1));
    let outcome = if is_markup(&name) { check_markup(&mut part) } else { drain(&mut part) };
    let remaining = part.get_ref().limit();
    if remaining == 0 {
        let limit = "expected a smaller workbook: a part of it inflates beyond the limit";
        return Err(refusal::too_large(Place::File, limit));
    }
    outcome.map(|()| allowed + 1 - remaining)
}

fn is_markup(name: &str) -> bool {
    [".xml", ".rels"].iter().any(|end| name.ends_with(end))
}

/// Sheets and shared texts are the data; the rest describes it.
fn may_be_large(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    file == "sharedstrings.xml" || file.starts_with("sheet")
}

fn drain(part: &mut impl Read) -> Decoded<()> {
    io::copy(part, &mut io::sink()).map(drop).map_err(|_| damaged())
}

fn check_markup(part: &mut impl BufRead) -> Decoded<()> {
    let mut reader = Reader::from_reader(part);
    reader.config_mut().check_end_names = false;
    let (mut buffer, mut depth) = (Vec::new(), 0);
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|_| damaged())? {
            Event::Start(element) => {
                depth += 1;
                check_element(&element, depth)?;
            }
            Event::Empty(element) => check_element(&element, depth)?,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::DocType(_) => {
                let reason = "expected a workbook without a document type declaration";
                return Err(refusal::malformed(Place::File, reason));
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

fn check_element(element: &BytesStart<'_>, depth: usize) -> Decoded<()> {
    if depth > MAX_XML_DEPTH {
        let limit = format!("expected elements at most {MAX_XML_DEPTH} deep");
        return Err(refusal::too_large(Place::File, limit));
    }
    if element.local_name().as_ref() != "sst" {
        return Ok(());
    }
    let declared = element.try_get_attribute("uniqueCount").map_err(|_| damaged())?;
    let count = declared.and_then(|attribute| attribute.value.parse::<usize>().ok()).unwrap_or(0);
    if count > MAX_SHARED_TEXTS {
        let limit = format!("expected at most {MAX_SHARED_TEXTS} shared texts");
        return Err(refusal::too_large(Place::File, limit));
    }
    Ok(())
}

fn damaged() -> DecodeError {
    refusal::malformed(Place::File, DAMAGED)
}
