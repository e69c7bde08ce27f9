//! Open Financial Exchange: version 1 in SGML and version 2 in XML say the same things.
//!
//! Names and meanings are those of the OFX specification, sections 3 (data types) and 11 (banking).
//! No file of a Chilean bank in this format was seen; see `docs/statement-files.md`.

mod batch;
mod moment;
mod reader;
mod sgml;
mod statement;
mod xml;

use std::borrow::Cow;

use cartola_connector::{Batch, Place};

use crate::day::Days;
use crate::limits::SNIFF_BYTES;
use crate::refusal::{self, Decoded};
use crate::text::{self, Charset};

use self::reader::Reader;

/// What both syntaxes consist of.
#[derive(Debug, PartialEq, Eq)]
enum Event<'a> {
    /// An aggregate begins.
    Open(&'a str),
    /// An element with a value, never blank.
    Value(&'a str, Cow<'a, str>),
    /// The innermost aggregate ends.
    Close,
}

/// Whether the file begins as version 1 does: a header of `NAME:VALUE`, or `<OFX>` at once.
pub(crate) fn is_version_1(bytes: &[u8]) -> bool {
    let head = head(bytes);
    head.starts_with(b"OFXHEADER") || head.starts_with(b"<OFX>")
}

/// Whether the file begins as version 2 does: as XML with an OFX instruction or root.
pub(crate) fn is_version_2(bytes: &[u8]) -> bool {
    let head = head(bytes);
    let has = |mark: &[u8]| head.windows(mark.len()).any(|window| window == mark);
    head.starts_with(b"<?") && (has(b"<?OFX") || has(b"<OFX>"))
}

/// Reads version 1.
pub(crate) fn decode_version_1(
    bytes: &[u8],
    layout: &'static str,
    days: Days,
) -> Decoded<Vec<Batch>> {
    let text = text::decode(bytes, charset_of_header(bytes)?)?;
    let start = text.find('<').unwrap_or(text.len());
    let mut reader = Reader::new(days);
    sgml::read(&text, start, &mut |event| reader.take(&event))?;
    batches(reader, layout, days)
}

/// Reads version 2.
pub(crate) fn decode_version_2(
    bytes: &[u8],
    layout: &'static str,
    days: Days,
) -> Decoded<Vec<Batch>> {
    let text = text::decode(bytes, charset_of_declaration(bytes)?)?;
    let mut reader = Reader::new(days);
    xml::read(&text, &mut |event| reader.take(&event))?;
    batches(reader, layout, days)
}

fn batches(reader: Reader, layout: &'static str, days: Days) -> Decoded<Vec<Batch>> {
    let file = reader.finish();
    if file.statements.is_empty() {
        let reason = "expected a bank or credit card statement; the OFX file has none";
        return Err(refusal::malformed(Place::File, reason));
    }
    let made_on = file.made_on;
    file.statements.iter().map(|statement| batch::of(statement, layout, made_on, days)).collect()
}

fn head(bytes: &[u8]) -> &[u8] {
    let bytes = text::without_mark(bytes).trim_ascii_start();
    &bytes[..bytes.len().min(SNIFF_BYTES)]
}

/// `ENCODING:UTF-8`, or `ENCODING:USASCII` with `CHARSET:1252`; some leave both out.
fn charset_of_header(bytes: &[u8]) -> Decoded<Charset> {
    let header = head(bytes).split(|b| *b == b'<').next().unwrap_or_default();
    let header = String::from_utf8_lossy(header).to_ascii_uppercase();
    let field = |name: &str| header.split_whitespace().find_map(|field| field.strip_prefix(name));
    match (field("ENCODING:"), field("CHARSET:")) {
        (Some("UTF-8" | "UNICODE"), _) => Ok(Charset::Utf8),
        (_, None | Some("NONE")) => Ok(Charset::Detect),
        (_, Some(label)) => charset(label),
    }
}

/// `<?xml version="1.0" encoding="UTF-8"?>`; UTF-8 where it says nothing.
fn charset_of_declaration(bytes: &[u8]) -> Decoded<Charset> {
    let declaration = head(bytes).split(|b| *b == b'>').next().unwrap_or_default();
    let declaration = String::from_utf8_lossy(declaration);
    let Some((_, encoding)) = declaration.split_once("encoding=") else { return Ok(Charset::Utf8) };
    charset(encoding.split(['"', '\'']).nth(1).unwrap_or_default())
}

fn charset(label: &str) -> Decoded<Charset> {
    match label.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => Ok(Charset::Utf8),
        "1252" | "WINDOWS-1252" | "CP1252" | "ISO-8859-1" | "8859-1" | "US-ASCII" => {
            Ok(Charset::Windows1252)
        }
        _ => Err(refusal::unsupported("expected OFX in UTF-8, Windows-1252 or ISO 8859-1")),
    }
}
