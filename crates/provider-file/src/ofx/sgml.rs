//! OFX 1: SGML in which elements with a value have no end and aggregates do.
//!
//! Nothing of SGML but that is understood: no document type, no entity but those for characters,
//! no marked section.

use std::borrow::Cow;

use cartola_connector::Place;
use quick_xml::escape::{resolve_predefined_entity, unescape_with};

use super::Event;
use crate::limits::MAX_XML_DEPTH;
use crate::refusal::{self, Decoded};
use crate::text::line_of;

/// Elements that banks write without any value; without this list they would look like aggregates.
const VALUES: [&str; 12] = [
    "CHECKNUM", "DTAVAIL", "DTEND", "DTSTART", "DTUSER", "EXTDNAME", "FITID", "MEMO", "NAME",
    "REFNUM", "SIC", "SRVRTID",
];

/// Reads a text from the offset of its first tag.
pub(super) fn read(
    text: &str,
    start: usize,
    sink: &mut impl FnMut(Event<'_>) -> Decoded<()>,
) -> Decoded<()> {
    let mut reader = Sgml { text, at: start, open: Vec::new() };
    let mut opened = false;
    while let Some(tag) = reader.next_tag()? {
        reader.tag(tag, sink)?;
        opened = true;
    }
    if opened && reader.open.is_empty() {
        return Ok(());
    }
    Err(reader.refuse("expected the end of every aggregate; the file is cut short"))
}

struct Sgml<'a> {
    text: &'a str,
    at: usize,
    open: Vec<&'a str>,
}

impl<'a> Sgml<'a> {
    /// What stands between the next `<` and its `>`.
    fn next_tag(&mut self) -> Decoded<Option<&'a str>> {
        let rest = &self.text[self.at..];
        let Some(start) = rest.find('<') else { return Ok(None) };
        self.at += start;
        let Some(length) = rest[start..].find('>') else {
            return Err(self.refuse("expected the end of a tag; the file is cut short"));
        };
        self.at += length + 1;
        Ok(Some(&rest[start + 1..start + length]))
    }

    fn tag(
        &mut self,
        tag: &'a str,
        sink: &mut impl FnMut(Event<'_>) -> Decoded<()>,
    ) -> Decoded<()> {
        if let Some(name) = tag.strip_prefix('/') {
            return self.close(name.trim(), sink);
        }
        if tag.starts_with('!') {
            return Err(self.refuse("expected tags alone; declarations are not read"));
        }
        if tag.starts_with('?') || tag.ends_with('/') {
            return Ok(());
        }
        let name = tag.split_ascii_whitespace().next().unwrap_or_default();
        let rest = &self.text[self.at..];
        let value = rest[..rest.find('<').unwrap_or(rest.len())].trim();
        if !value.is_empty() {
            return sink(Event::Value(name, unescape(value)));
        }
        if VALUES.contains(&name) {
            return Ok(());
        }
        if self.open.len() == MAX_XML_DEPTH {
            let limit = format!("expected aggregates at most {MAX_XML_DEPTH} deep");
            return Err(refusal::too_large(self.place(), limit));
        }
        self.open.push(name);
        sink(Event::Open(name))
    }

    /// Ends the aggregate and what was left open within it. The end of an element that has a value
    /// is allowed and says nothing.
    fn close(
        &mut self,
        name: &str,
        sink: &mut impl FnMut(Event<'_>) -> Decoded<()>,
    ) -> Decoded<()> {
        let Some(position) = self.open.iter().rposition(|open| *open == name) else {
            return Ok(());
        };
        for _ in position..self.open.len() {
            sink(Event::Close)?;
        }
        self.open.truncate(position);
        Ok(())
    }

    fn place(&self) -> Place {
        Place::Line(line_of(self.text.as_bytes(), self.at))
    }

    fn refuse(&self, reason: &str) -> cartola_connector::DecodeError {
        refusal::malformed(self.place(), reason)
    }
}

/// Resolves the entities of characters; what is none stays as it is written.
fn unescape(value: &str) -> Cow<'_, str> {
    let entity = |name: &str| match name {
        "nbsp" => Some(" "),
        _ => resolve_predefined_entity(name),
    };
    unescape_with(value, entity).unwrap_or(Cow::Borrowed(value))
}
