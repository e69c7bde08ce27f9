//! Texts of a workbook, and the table of those that cells share.

use cartola_connector::Place;

use super::damaged;
use super::records::Records;
use crate::limits::MAX_SHARED_TEXTS;
use crate::refusal::{self, Decoded};

const CONTINUE: u16 = 0x003C;

const WIDE: u8 = 0x01;
const EXTENDED: u8 = 0x04;
const RICH: u8 = 0x08;

/// Bytes of one formatting run of a rich text.
const RUN_BYTES: usize = 4;

/// A text that a record holds whole, behind its count of characters and flags.
pub(super) fn inline(data: &[u8]) -> Decoded<String> {
    let count = data.first_chunk().map(|chunk| u16::from_le_bytes(*chunk)).ok_or_else(damaged)?;
    let flags = *data.get(2).ok_or_else(damaged)?;
    let mut text = String::new();
    let rest = take_characters(&data[3..], flags & WIDE != 0, usize::from(count), &mut text);
    rest.map_or_else(|| Err(damaged()), |_| Ok(text))
}

/// The shared texts: the record's data, then the records that continue it.
pub(super) fn shared<'a>(data: &'a [u8], records: &mut Records<'a>) -> Decoded<Vec<Box<str>>> {
    // Two counts come first; the texts themselves say how many there are.
    let mut table = Table { rest: data.get(8..).ok_or_else(damaged)?, records };
    let mut texts = Vec::new();
    while table.has_more() {
        if texts.len() == MAX_SHARED_TEXTS {
            let limit = format!("expected at most {MAX_SHARED_TEXTS} shared texts");
            return Err(refusal::too_large(Place::File, limit));
        }
        texts.push(table.text()?.into_boxed_str());
    }
    Ok(texts)
}

/// The bytes of the table across its records.
struct Table<'a, 'r> {
    rest: &'a [u8],
    records: &'r mut Records<'a>,
}

impl Table<'_, '_> {
    fn has_more(&mut self) -> bool {
        while self.rest.is_empty() {
            match self.records.next_if(CONTINUE) {
                Some(record) => self.rest = record.data,
                None => return false,
            }
        }
        true
    }

    fn byte(&mut self) -> Decoded<u8> {
        if !self.has_more() {
            return Err(damaged());
        }
        let (byte, rest) = self.rest.split_first().ok_or_else(damaged)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn u16(&mut self) -> Decoded<u16> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn u32(&mut self) -> Decoded<u32> {
        Ok(u32::from_le_bytes([self.byte()?, self.byte()?, self.byte()?, self.byte()?]))
    }

    fn text(&mut self) -> Decoded<String> {
        let count = usize::from(self.u16()?);
        let flags = self.byte()?;
        let runs = if flags & RICH == 0 { 0 } else { usize::from(self.u16()?) };
        let extended = if flags & EXTENDED == 0 { 0 } else { self.u32()? };
        let text = self.characters(count, flags)?;
        let extended = usize::try_from(extended).map_err(|_| damaged())?;
        self.skip(extended.saturating_add(runs * RUN_BYTES))?;
        Ok(text)
    }

    /// A text that runs over the end of its record goes on behind a new flags byte.
    fn characters(&mut self, count: usize, mut flags: u8) -> Decoded<String> {
        let mut text = String::new();
        let mut left = count;
        while left > 0 {
            if self.rest.is_empty() {
                flags = self.byte()?;
            }
            let wide = flags & WIDE != 0;
            let here = left.min(self.rest.len() / if wide { 2 } else { 1 });
            if here == 0 {
                return Err(damaged());
            }
            self.rest = take_characters(self.rest, wide, here, &mut text).ok_or_else(damaged)?;
            left -= here;
        }
        Ok(text)
    }

    fn skip(&mut self, mut count: usize) -> Decoded<()> {
        while count > 0 {
            if !self.has_more() {
                return Err(damaged());
            }
            let here = count.min(self.rest.len());
            self.rest = &self.rest[here..];
            count -= here;
        }
        Ok(())
    }
}

/// Moves characters from the data to the text and returns the data behind them; `None` where the
/// data ends before. Narrow characters are the first 256 of Unicode, wide ones UTF-16.
fn take_characters<'a>(
    data: &'a [u8],
    wide: bool,
    count: usize,
    text: &mut String,
) -> Option<&'a [u8]> {
    let (characters, rest) = data.split_at_checked(if wide { 2 * count } else { count })?;
    if wide {
        let (pairs, _) = characters.as_chunks();
        let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        text.extend(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    } else {
        text.extend(characters.iter().copied().map(char::from));
    }
    Some(rest)
}

#[cfg(test)]
mod tests;
