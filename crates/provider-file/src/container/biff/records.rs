//! The records of a workbook stream: number, length, data.

use super::damaged;
use crate::refusal::Decoded;

/// One record.
#[derive(Debug, Clone, Copy)]
pub(super) struct Record<'a> {
    pub(super) id: u16,
    pub(super) data: &'a [u8],
}

/// The records of a stream, from an offset to its end.
#[derive(Debug, Clone)]
pub(super) struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Records<'a> {
    /// From that offset on; none if it lies outside.
    pub(super) fn at(stream: &'a [u8], offset: usize) -> Self {
        Self { rest: stream.get(offset..).unwrap_or_default() }
    }

    /// The next record, if it has that number.
    pub(super) fn next_if(&mut self, id: u16) -> Option<Record<'a>> {
        let mut ahead = self.clone();
        let record = ahead.next()?.ok().filter(|record| record.id == id)?;
        *self = ahead;
        Some(record)
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Decoded<Record<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let head = Record { id: 0, data: self.rest };
        let read = || {
            let (id, length) = (head.u16_at(0)?, usize::from(head.u16_at(2)?));
            let data = head.data.get(4..4 + length).ok_or_else(damaged)?;
            Ok(Record { id, data })
        };
        let record = read();
        let taken = record.as_ref().map_or(self.rest.len(), |record| 4 + record.data.len());
        self.rest = &self.rest[taken..];
        Some(record)
    }
}

impl Record<'_> {
    pub(super) fn u8_at(&self, offset: usize) -> Decoded<u8> {
        self.array_at::<1>(offset).map(u8::from_le_bytes)
    }

    pub(super) fn u16_at(&self, offset: usize) -> Decoded<u16> {
        self.array_at(offset).map(u16::from_le_bytes)
    }

    pub(super) fn u32_at(&self, offset: usize) -> Decoded<u32> {
        self.array_at(offset).map(u32::from_le_bytes)
    }

    pub(super) fn f64_at(&self, offset: usize) -> Decoded<f64> {
        self.array_at(offset).map(f64::from_le_bytes)
    }

    fn array_at<const N: usize>(&self, offset: usize) -> Decoded<[u8; N]> {
        self.data.get(offset..).and_then(|rest| rest.first_chunk()).copied().ok_or_else(damaged)
    }
}
