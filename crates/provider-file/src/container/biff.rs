//! Excel 97 workbooks (BIFF8), as far as statements need them: texts, numbers and where they are.
//!
//! The library that opens XLSX lays every BIFF sheet out as a grid and copies every shared text
//! before it shows one cell, so the limits would have to be measured by a second reader that
//! agrees with it on every offset. This one reader holds the limits while it reads. Record numbers
//! and shapes are those of \[MS-XLS\].

mod cells;
mod records;
mod strings;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Read};

use cartola_connector::{DecodeError, Place};
use cfb::CompoundFile;

use self::records::Records;
use super::Extent;
use crate::day::Epoch;
use crate::limits::{MAX_FILE_BYTES, MAX_SHEETS};
use crate::refusal::{self, Decoded};
use crate::sheet::{Sheet, Workbook};

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;
const FILEPASS: u16 = 0x002F;
const DATEMODE: u16 = 0x0022;
const BOUNDSHEET: u16 = 0x0085;
const SST: u16 = 0x00FC;

const BIFF8: u16 = 0x0600;
const WORKSHEET: u8 = 0;

/// What the records before the sheets say.
struct Globals {
    epoch: Epoch,
    texts: Vec<Box<str>>,
    /// Offsets of the sheets in the stream.
    sheets: Vec<usize>,
}

/// Opens a workbook.
pub(crate) fn open(bytes: &[u8], extent: Extent) -> Decoded<Vec<Sheet>> {
    let stream = workbook_stream(bytes)?;
    let globals = read_globals(&stream)?;
    let mut workbook = Workbook::default();
    for offset in &globals.sheets {
        let records = Records::at(&stream, *offset);
        cells::read(records, &globals.texts, extent, &mut workbook)?;
        workbook.end_sheet(globals.epoch);
    }
    Ok(workbook.into_sheets())
}

pub(super) fn damaged() -> DecodeError {
    refusal::malformed(Place::File, "the XLS workbook is damaged or cut short; download it again")
}

fn workbook_stream(bytes: &[u8]) -> Decoded<Vec<u8>> {
    let mut container = CompoundFile::open(Cursor::new(bytes)).map_err(|_| damaged())?;
    if container.exists("/EncryptedPackage") {
        return Err(refusal::encrypted(super::PASSWORD));
    }
    if !container.exists("/Workbook") {
        return Err(refusal::unsupported(
            "this OLE file holds no Excel 97 workbook; open it in a spreadsheet and save it as XLSX",
        ));
    }
    let stream = container.open_stream("/Workbook").map_err(|_| damaged())?;
    let mut read = Vec::new();
    // A stream cannot be longer than its file unless its sectors go in circles.
    let limit = u64::try_from(MAX_FILE_BYTES).expect("a limit of some megabytes fits");
    stream.take(limit).read_to_end(&mut read).map_err(|_| damaged())?;
    Ok(read)
}

fn read_globals(stream: &[u8]) -> Decoded<Globals> {
    let mut globals = Globals { epoch: Epoch::Year1900, texts: Vec::new(), sheets: Vec::new() };
    let mut records = Records::at(stream, 0);
    let first = records.next().ok_or_else(damaged)??;
    if first.id != BOF || first.u16_at(0)? != BIFF8 {
        return Err(refusal::unsupported(
            "this is a workbook older than Excel 97; open it in a spreadsheet and save it as XLSX",
        ));
    }
    while let Some(record) = records.next() {
        let record = record?;
        match record.id {
            EOF => return Ok(globals),
            FILEPASS => return Err(refusal::encrypted(super::PASSWORD)),
            DATEMODE if record.u16_at(0)? == 1 => globals.epoch = Epoch::Year1904,
            BOUNDSHEET => globals.push_sheet(&record)?,
            SST => globals.texts = strings::shared(record.data, &mut records)?,
            _ => {}
        }
    }
    Err(damaged())
}

impl Globals {
    fn push_sheet(&mut self, record: &records::Record<'_>) -> Decoded<()> {
        if record.u8_at(5)? != WORKSHEET {
            return Ok(());
        }
        if self.sheets.len() == MAX_SHEETS {
            let limit = format!("expected at most {MAX_SHEETS} sheets");
            return Err(refusal::too_large(Place::File, limit));
        }
        self.sheets.push(usize::try_from(record.u32_at(0)?).map_err(|_| damaged())?);
        Ok(())
    }
}
