//! OFX 2: XML. Entities are those of characters; a document type is refused.

use std::borrow::Cow;

use cartola_connector::{DecodeError, Place};
use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, Event as Markup};

use super::Event;
use crate::limits::{MAX_TEXT_CHARACTERS, MAX_XML_DEPTH};
use crate::refusal::{self, Decoded};
use crate::text::line_of;

/// Reads a whole document.
pub(super) fn read(text: &str, sink: &mut impl FnMut(Event<'_>) -> Decoded<()>) -> Decoded<()> {
    let mut xml = Xml { pending: None, depth: 0, opened: false };
    let mut reader = Reader::from_str(text);
    loop {
        let event = reader.read_event();
        let position = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let place = || Place::Line(line_of(text.as_bytes(), position));
        match event {
            Ok(Markup::Eof) if xml.depth == 0 && xml.opened => return Ok(()),
            Ok(Markup::Eof) => {
                let reason = "expected the end of every element; the file is cut short";
                return Err(refusal::malformed(place(), reason));
            }
            Ok(event) => xml.take(event, place, sink)?,
            Err(_) => return Err(refusal::malformed(place(), "expected well-formed XML")),
        }
    }
}

struct Xml {
    /// An element of which it is not known yet whether it has a value or elements, and its text.
    pending: Option<(String, String)>,
    depth: usize,
    opened: bool,
}

impl Xml {
    fn take(
        &mut self,
        event: Markup<'_>,
        place: impl Fn() -> Place,
        sink: &mut impl FnMut(Event<'_>) -> Decoded<()>,
    ) -> Decoded<()> {
        match event {
            Markup::Start(element) => {
                self.open(place, sink)?;
                self.pending = Some((element.local_name().as_ref().to_owned(), String::new()));
            }
            Markup::End(_) => self.close(sink)?,
            Markup::Text(text) => self.append(&text.xml10_content(), place)?,
            Markup::CData(text) => self.append(&text.xml10_content(), place)?,
            Markup::GeneralRef(entity) => {
                let character = resolve(&entity).ok_or_else(|| unknown_entity(place()))?;
                self.append(&character, place)?;
            }
            Markup::DocType(_) => {
                let reason = "expected OFX without a document type declaration";
                return Err(refusal::malformed(place(), reason));
            }
            _ => {}
        }
        Ok(())
    }

    /// One element more; the one around it turns out to be an aggregate.
    fn open(
        &mut self,
        place: impl Fn() -> Place,
        sink: &mut impl FnMut(Event<'_>) -> Decoded<()>,
    ) -> Decoded<()> {
        self.depth += 1;
        self.opened = true;
        if self.depth > MAX_XML_DEPTH {
            let limit = format!("expected elements at most {MAX_XML_DEPTH} deep");
            return Err(refusal::too_large(place(), limit));
        }
        match self.pending.take() {
            Some((name, _)) => sink(Event::Open(&name)),
            None => Ok(()),
        }
    }

    fn close(&mut self, sink: &mut impl FnMut(Event<'_>) -> Decoded<()>) -> Decoded<()> {
        self.depth = self.depth.saturating_sub(1);
        match self.pending.take() {
            Some((_, text)) if text.trim().is_empty() => Ok(()),
            Some((name, text)) => sink(Event::Value(&name, Cow::Borrowed(text.trim()))),
            None => sink(Event::Close),
        }
    }

    fn append(&mut self, text: &str, place: impl Fn() -> Place) -> Decoded<()> {
        let Some((_, value)) = &mut self.pending else { return Ok(()) };
        value.push_str(text);
        if value.len() > MAX_TEXT_CHARACTERS && value.chars().nth(MAX_TEXT_CHARACTERS).is_some() {
            let limit = format!("expected a value of at most {MAX_TEXT_CHARACTERS} characters");
            return Err(refusal::too_large(place(), limit));
        }
        Ok(())
    }
}

fn resolve(entity: &BytesRef<'_>) -> Option<String> {
    match entity.resolve_char_ref() {
        Ok(Some(character)) => Some(character.to_string()),
        Ok(None) => resolve_predefined_entity(&entity.xml10_content()).map(str::to_owned),
        Err(_) => None,
    }
}

fn unknown_entity(place: Place) -> DecodeError {
    refusal::malformed(place, "expected no entity but those of characters, such as &amp;")
}
